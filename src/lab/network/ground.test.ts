/** When a packet's way is walked again, and when what is known of it stands. */
import { expect, test } from 'vitest'
import type { NetChange, NetStack } from '#lab/network/ports.ts'
import { bed, echo, run } from '#lab/network/test-bed.ts'

const route = (destination: string, metric = 0): NetChange => ({
  op: 'route-add',
  route: { destination, kind: 'blackhole', protocol: 'static', metric },
})

const address = (text: string): NetChange => ({
  op: 'address-add',
  link: 'lo',
  address: text,
  prefixLength: 32,
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
  ["a sender's route to elsewhere", 'stands', ({ a }) => a.apply([route('192.168.1.0/24')])],
  ["a receiver's route to elsewhere", 'stands', ({ b }) => b.apply([route('192.168.1.0/24')])],
  [
    "a sender's route to the receiver's network",
    'is walked again',
    ({ a }) => a.apply([route('10.0.0.0/24', 50)]),
  ],
  ["a receiver's route to the sender", 'is walked again', ({ b }) => b.apply([route('10.0.0.0/24', 50)])],
  [
    'a chain of the sender that no packet comes through',
    'stands',
    ({ a }) => a.filter.restore({ FORWARD: [{ match: {}, target: { kind: 'drop' } }] }),
  ],
  [
    'the first rule of the sender for what it sends',
    'is walked again',
    ({ a }) => a.filter.restore({ OUTPUT: [{ match: { protocol: 'udp' }, target: { kind: 'drop' } }] }),
  ],
  [
    "a rule of the receiver's old tables",
    'is walked again',
    ({ b }) => b.legacy.filter.restore({ INPUT: [{ match: { protocol: 'udp' }, target: { kind: 'drop' } }] }),
  ],
  ['a set of the sender that no rule asked', 'stands', ({ a }) => a.setMembers('others', ['10.0.0.9'])],
  [
    'the set of the sender that a rule asked',
    'is walked again',
    ({ a }) => a.setMembers('some', ['10.0.0.9']),
  ],
  ['an address of the receiver', 'is walked again', ({ b }) => b.apply([address('10.0.0.99')])],
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
  await a.raw.restore({
    OUTPUT: [{ match: { set: { name: 'some', side: 'dst' } }, target: { kind: 'drop' } }],
  })
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
