/** When a packet's way is walked again, and when what is known of it stands. */
import { expect, test } from 'vitest'
import type { NetChange, NetStack } from '#lab/network/ports.ts'
import { bed, echo, run } from '#lab/network/test-bed.ts'

const route = (destination: string): NetChange => ({
  op: 'route-add',
  route: { destination, kind: 'blackhole', protocol: 'static' },
})

interface Place extends ReturnType<typeof bed> {
  readonly c: NetStack
}

const changes: readonly (readonly [
  what: string,
  then: 'stands' | 'is walked again',
  (p: Place) => unknown,
])[] = [
  ['a route of a third machine', 'stands', ({ c }) => c.apply([route('192.168.1.0/24')])],
  [
    'a packet filter of a third machine',
    'stands',
    ({ c }) => c.filter.restore({ INPUT: [{ match: {}, target: { kind: 'drop' } }] }),
  ],
  [
    'a pod of a third machine',
    'stands',
    ({ c, network }) => {
      const pod = network.netns('pod')
      return c.apply([
        { op: 'veth-add', name: 'cali1', peer: { net: pod, name: 'eth0' } },
        { op: 'link-set', name: 'cali1', up: true },
      ])
    },
  ],
  ['a route of the sender', 'is walked again', ({ a }) => a.apply([route('192.168.1.0/24')])],
  ['a route of the receiver', 'is walked again', ({ b }) => b.apply([route('192.168.1.0/24')])],
  [
    'an address that a third machine takes',
    'is walked again',
    ({ c }) => c.apply([{ op: 'address-add', link: 'eth0', address: '10.0.0.22', prefixLength: 24 }]),
  ],
  [
    'a rule between machines',
    'is walked again',
    ({ network }) => network.underlay.addRule({ name: 'r', protocol: 'udp', action: 'drop' }),
  ],
]

test.each(changes)('after %s the way of two others %s', async (_, then, change) => {
  const net = bed()
  const { kernel, network, a, b } = net
  const c = network.stack('c')
  network.attach(c, { machine: 'c', address: '10.0.0.23', prefixLength: 24 })
  await echo(kernel, b)
  const connection = await run(kernel, (task) => a.connect(task, { address: '10.0.0.22', port: 80 }))
  const say = (): Promise<unknown> =>
    run(kernel, (task) => {
      connection.send('hello')
      return connection.receive(task)
    })
  await say()
  await change({ ...net, c })
  const { walks } = network.counts()
  await say()
  expect(network.counts().walks > walks ? 'is walked again' : 'stands').toBe(then)
})
