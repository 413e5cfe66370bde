import { describe, expect, test } from 'vitest'
import type { Task } from '#lab/kernel/kernel.ts'
import type { Network } from '#lab/network/network.ts'
import type { NetStack, ProbeOutcome, Rule } from '#lab/network/ports.ts'
import { addPod, codeOf, echo, podBed, run } from '#lab/network/test-bed.ts'

type PodBed = Awaited<ReturnType<typeof podBed>>

const ping =
  (from: NetStack, to: string) =>
  (task: Task): Promise<ProbeOutcome> =>
    from.probe(task, { to, protocol: 'icmp', timeoutMs: 5000 })

describe('pods over proxy ARP and host routes', () => {
  const routeOff = { op: 'route-del', destination: '10.244.2.0/26' } as const
  const rows: [string, (b: PodBed) => Promise<unknown> | undefined, string][] = [
    ['a healthy network answers', () => undefined, 'reply'],
    ['without the route to the block the gateway swallows it', ({ a }) => a.apply([routeOff]), 'silent'],
    [
      'without the route back the answer is lost',
      ({ b }) => b.apply([{ ...routeOff, destination: '10.244.1.0/26' }]),
      'silent',
    ],
    [
      'without proxy ARP the pod finds no gateway',
      ({ a }) => a.apply([{ op: 'sysctl', name: 'net.ipv4.conf.calipodA.proxy_arp', value: '0' }]),
      'unreachable',
    ],
    [
      'without forwarding the host keeps it',
      ({ b }) => b.apply([{ op: 'sysctl', name: 'net.ipv4.ip_forward', value: '0' }]),
      'silent',
    ],
    [
      'a filter chain drops it',
      ({ b }) => b.filter.restore({ FORWARD: [{ match: { out: 'cali+' }, target: { kind: 'drop' } }] }),
      'silent',
    ],
    [
      'a veth that is down leaves nothing but the blackhole of its block',
      ({ b }) => b.apply([{ op: 'link-set', name: 'calipodB', up: false }]),
      'silent',
    ],
  ]
  test.each(rows)('%s', async (_, breaks, kind) => {
    const all = await podBed()
    await breaks(all)
    expect((await run(all.kernel, ping(all.podA, '10.244.2.5'))).kind).toBe(kind)
  })

  test('an address of the own block that no pod has is dropped silently, one of another host too', async () => {
    const { kernel, a, podA } = await podBed()
    for (const to of ['10.244.1.9', '10.244.2.9'])
      expect((await run(kernel, ping(podA, to))).kind).toBe('silent')
    expect(await run(kernel, (task) => codeOf(a.connect(task, { address: '10.244.1.9', port: 80 })))).toBe(
      'EINVAL',
    )
  })

  test('a trace names each hop there and back, and the chain that dropped', async () => {
    const { b, podA } = await podBed()
    const line = (to = '10.244.2.5') =>
      podA.trace({ to, protocol: 'tcp', port: 80 }).map(({ at, what }) => `${at}: ${what}`)
    expect(line()).toEqual([
      'podA: routed to 10.244.2.5 via 169.254.1.1 dev eth0',
      'a: routed to 10.244.2.5 via 10.0.0.22 dev eth0',
      'b: routed to 10.244.2.5 dev calipodB',
      'podB: delivered to 10.244.2.5',
      'podB: reply routed to 10.244.1.5 via 169.254.1.1 dev eth0',
      'b: reply routed to 10.244.1.5 via 10.0.0.21 dev eth0',
      'a: reply routed to 10.244.1.5 dev calipodA',
      'podA: reply delivered to 10.244.1.5',
    ])
    await b.filter.restore({
      FORWARD: [{ match: { in: 'eth0' }, target: { kind: 'jump', chain: 'cali-FORWARD' } }],
      'cali-FORWARD': [
        {
          match: { destination: '10.244.2.5', port: 80 },
          target: { kind: 'drop' },
          comment: 'Unknown interface',
        },
      ],
    })
    expect(line().at(-1)).toBe('b: dropped by chain cali-FORWARD (Unknown interface)')
  })

  test.each([
    [1500, 1500, 'reply'],
    [1501, 1500, 'too-big'],
    [1450, 1400, 'too-big'], // the pod's own link still takes it: the host says no
  ])('a packet of %i bytes over a path of %i', async (sizeBytes, mtuBytes, kind) => {
    const { kernel, a, podA } = await podBed()
    await a.apply([{ op: 'link-set', name: 'eth0', mtuBytes }])
    const outcome = await run(kernel, (task) =>
      podA.probe(task, {
        to: '10.244.2.5',
        protocol: 'icmp',
        sizeBytes,
        dontFragment: true,
        timeoutMs: 1000,
      }),
    )
    expect(outcome.kind).toBe(kind)
  })

  test('a pod that is gone takes its veth and routes along, and its peers hear FIN', async () => {
    const { kernel, a, podA, podB } = await podBed()
    await echo(kernel, podB)
    const got = await run(kernel, async (task) => {
      const c = await podA.connect(task, { address: '10.244.2.5', port: 80 })
      podB.destroy({ silent: false })
      return c.receive(task)
    })
    expect(got).toBe('closed')
    podA.destroy({ silent: false })
    expect(a.links().map(({ name }) => name)).toEqual(['lo', 'eth0'])
    expect(a.routes().map(({ destination }) => destination)).not.toContain('10.244.1.5/32')
  })
})

/** kube-proxy's essence: 10.96.0.10:80 → these endpoints, masquerading what does not come from a pod. */
const service = (endpoints: readonly string[]): Record<string, readonly Rule[]> => ({
  PREROUTING: [{ match: {}, target: { kind: 'jump', chain: 'KUBE-SERVICES' } }],
  OUTPUT: [{ match: {}, target: { kind: 'jump', chain: 'KUBE-SERVICES' } }],
  POSTROUTING: [{ match: { mark: 0x4000 }, target: { kind: 'masquerade' } }],
  'KUBE-SERVICES': [
    {
      match: { destination: '10.96.0.10/32', protocol: 'tcp', port: 80, source: '!10.244.0.0/16' },
      target: { kind: 'mark', mark: 0x4000 },
    },
    ...endpoints.map(
      (to, i): Rule => ({
        match: { destination: '10.96.0.10/32', protocol: 'tcp', port: 80, oneIn: endpoints.length - i },
        target: { kind: 'dnat', to, port: 8080 },
      }),
    ),
  ],
})

describe('services by NAT', () => {
  const asks = async (network: Network, from: NetStack, kernel: PodBed['kernel']) => {
    expect(network.counts().version).toBeGreaterThan(0)
    return run(kernel, async (task) => {
      const c = await from.connect(task, { address: '10.96.0.10', port: 80 })
      c.send('who am I?')
      return { answer: await c.receive(task), remote: c.remote.address }
    })
  }
  /** Tells each client the address that it came from. */
  const mirror = (stack: NetStack) => stack.listen({ port: 8080 }, (c) => c.send(c.remote.address))

  test('a pod reaches a pod through the service and sees the service answer', async () => {
    const { kernel, network, a, podA, podB } = await podBed()
    await a.nat.restore(service(['10.244.2.5']))
    await mirror(podB)
    expect(await asks(network, podA, kernel)).toEqual({ answer: '10.244.1.5', remote: '10.96.0.10' })
  })

  test('a host reaches it with its own address in place of the pod source', async () => {
    const { kernel, network, a, podB } = await podBed()
    await a.nat.restore(service(['10.244.2.5']))
    await mirror(podB)
    expect(await asks(network, a, kernel)).toEqual({ answer: '10.0.0.21', remote: '10.96.0.10' })
  })

  test('a pod behind masquerade reaches a host that has no route to it', async () => {
    const { kernel, a, b, podA } = await podBed()
    await b.apply([{ op: 'route-del', destination: '10.244.1.0/26' }])
    await mirror(b)
    const ask = (task: Task) => podA.connect(task, { address: '10.0.0.22', port: 8080 }, { timeoutMs: 1000 })
    expect(await run(kernel, (task) => codeOf(ask(task)))).toBe('ETIMEDOUT')
    await a.setMembers('cali40masq-ipam-pools', ['10.244.0.0/16'])
    await a.setMembers('cali40all-ipam-pools', ['10.244.0.0/16'])
    const set = (name: string, side: 'src' | 'dst', not = false) => ({ name, side, not })
    await a.nat.restore({
      POSTROUTING: [
        {
          match: { set: set('cali40masq-ipam-pools', 'src') },
          target: { kind: 'jump', chain: 'cali-nat-outgoing' },
        },
      ],
      'cali-nat-outgoing': [
        { match: { set: set('cali40all-ipam-pools', 'dst', true) }, target: { kind: 'masquerade' } },
      ],
    })
    expect(await run(kernel, async (task) => (await ask(task)).receive(task))).toBe('10.0.0.21')
  })

  test('new connections are spread, and a running one keeps its endpoint when the endpoints change', async () => {
    const { kernel, network, a, b, podA, podB } = await podBed()
    const podC = await addPod(network, b, { name: 'podC', address: '10.244.2.6' })
    await a.nat.restore(service(['10.244.2.5', '10.244.2.6']))
    for (const [pod, name] of [
      [podB, 'B'],
      [podC, 'C'],
    ] as const)
      await pod.listen({ port: 8080 }, (c) => {
        kernel.start(name, async (task) => {
          while ((await c.receive(task)) !== 'closed') c.send(name)
        })
      })
    const answers = await run(kernel, async (task) => {
      const ask = async (c: { send(t: string): void; receive(by: Task): Promise<unknown> }) => {
        c.send('?')
        return c.receive(task)
      }
      const connect = () => podA.connect(task, { address: '10.96.0.10', port: 80 })
      const first: unknown[] = []
      for (let i = 0; i < 20; i++) first.push(await ask(await connect()))
      const old = await connect()
      const before = await ask(old)
      await a.nat.restore(service([before === 'B' ? '10.244.2.6' : '10.244.2.5']))
      return { first, before, after: await ask(old), fresh: await ask(await connect()) }
    })
    expect(new Set(answers.first)).toEqual(new Set(['B', 'C']))
    expect(answers.after).toBe(answers.before)
    expect(answers.fresh).not.toBe(answers.before)
  })

  test('a service without endpoints is refused where kube-proxy rejects it', async () => {
    const { kernel, a, podA } = await podBed()
    await a.filter.restore({
      FORWARD: [{ match: { destination: '10.96.0.10/32' }, target: { kind: 'reject' } }],
      OUTPUT: [{ match: { destination: '10.96.0.10/32' }, target: { kind: 'reject' } }],
    })
    for (const from of [podA, a])
      expect(
        await run(kernel, (task) => codeOf(from.connect(task, { address: '10.96.0.10', port: 80 }))),
      ).toBe('ECONNREFUSED')
  })
})

describe('the flow cache', () => {
  test('walks once for ten thousand messages, and again after a change', async () => {
    const { kernel, network, b, podA, podB } = await podBed()
    await echo(kernel, podB)
    const before = network.counts()
    await run(kernel, async (task) => {
      const c = await podA.connect(task, { address: '10.244.2.5', port: 80 })
      for (let i = 0; i < 5000; i++) {
        c.send('ping')
        await c.receive(task)
      }
      const after = network.counts()
      expect(after.walks - before.walks).toBeLessThan(10)
      expect(after.kept - before.kept).toBeGreaterThan(9990)
      await b.apply([{ op: 'sysctl', name: 'net.ipv4.ip_forward', value: '0' }])
      c.send('ping')
      expect(await c.receive(task, { timeoutMs: 1000 })).toBeUndefined()
    })
  })

  test('new connections share the walk of their first packet', async () => {
    const { kernel, network, podA, podB } = await podBed()
    await podB.listen({ port: 80 }, (c) => c.close())
    await run(kernel, async (task) => {
      await podA.connect(task, { address: '10.244.2.5', port: 80 })
      const before = network.counts()
      for (let i = 0; i < 10; i++) await podA.connect(task, { address: '10.244.2.5', port: 80 })
      expect(network.counts().kept).toBeGreaterThan(before.kept + 9)
    })
  })
})
