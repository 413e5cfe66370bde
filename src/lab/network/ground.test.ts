/** When a packet's way is walked again, and when what is known of it stands. */
import { expect, test } from 'vitest'
import type { NetChange, NetStack } from '#lab/network/ports.ts'
import { stackOf } from '#lab/network/stack-net.ts'
import { addPod, bed, echo, podBed, run } from '#lab/network/test-bed.ts'

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

const podOn =
  (host: 'a' | 'b' | 'c') =>
  (place: Place): Promise<unknown> =>
    addPod(place.network, place[host], { name: 'pod', address: '10.244.9.5' })

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
  ['a pod of a third machine', 'stands', podOn('c')],
  ['a pod of the sender', 'stands', podOn('a')],
  ['a pod of the receiver', 'stands', podOn('b')],
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

type Pods = Awaited<ReturnType<typeof podBed>>

const end = 'calipodA'
const sysctl = (of: string): NetChange => ({
  op: 'sysctl',
  name: `net.ipv4.conf.${of}.proxy_arp`,
  value: '1',
})

const podChanges: readonly (readonly [
  what: string,
  then: 'stands' | 'is walked again',
  (p: Pods) => Promise<unknown>,
])[] = [
  [
    'another pod of its host',
    'stands',
    ({ network, a }) => addPod(network, a, { name: 'other', address: '10.244.1.6' }),
  ],
  ['a setting of its link', 'is walked again', ({ a }) => a.apply([sysctl(end)])],
  ['a setting of the link at the other end', 'is walked again', ({ b }) => b.apply([sysctl('calipodB')])],
  ['a setting of all links', 'is walked again', ({ a }) => a.apply([sysctl('all')])],
  [
    'its link being shorter',
    'is walked again',
    ({ a }) => a.apply([{ op: 'link-set', name: end, mtuBytes: 1400 }]),
  ],
]

test.each(podChanges)('after %s the way of a pod to a pod elsewhere %s', async (_, then, change) => {
  const all = await podBed()
  const { kernel, network, podA, podB } = all
  await echo(kernel, podB)
  const connection = await run(kernel, (task) => podA.connect(task, { address: '10.244.2.5', port: 80 }))
  const say = (): Promise<unknown> =>
    run(kernel, (task) => {
      connection.send('hello')
      return connection.receive(task)
    })
  await say()
  await change(all)
  const { walks } = network.counts()
  expect(await say()).toBe('hello')
  expect(network.counts().walks > walks ? 'is walked again' : 'stands').toBe(then)
})

test('a pod whose link has gone is not met, though its host has another', async () => {
  const { kernel, a, podA, podB } = await podBed()
  await echo(kernel, podB)
  const connection = await run(kernel, (task) => podA.connect(task, { address: '10.244.2.5', port: 80 }))
  await a.apply([{ op: 'link-del', name: end }])
  connection.send('hello')
  expect(await run(kernel, (task) => connection.receive(task, { timeoutMs: 60_000 }))).toBeUndefined()
})

test('what no packet has met has no way looked at again, what one has met has', async () => {
  const { kernel, network, a, b } = bed()
  await echo(kernel, b)
  const connection = await run(kernel, (task) => a.connect(task, { address: '10.0.0.22', port: 80 }))
  await run(kernel, (task) => {
    connection.send('hello')
    return connection.receive(task)
  })
  const { tremors } = stackOf(a).fabric
  const before = tremors.count
  await a.apply([route('192.168.1.0/24')])
  await a.filter.restore({ 'cali-tw-x': [{ match: {}, target: { kind: 'drop' } }] })
  await addPod(network, a, { name: 'pod', address: '10.244.9.5' })
  expect(tremors.count).toBe(before)
  await a.apply([route('10.0.0.0/24', 50)])
  expect(tremors.count).toBeGreaterThan(before)
})
