import { describe, expect, test } from 'vitest'
import { seeded } from '#base/random.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import type { FabricPlan } from '#lab/network/fabric-plan.ts'
import { type Attachment, createNetwork, type Network } from '#lab/network/network.ts'
import type { NetStack } from '#lab/network/ports.ts'
import { codeOf, run } from '#lab/network/test-bed.ts'

const twoSubnets: FabricPlan = {
  segments: [
    { name: 'left', subnet: '10.1.0.0/24', gateway: '10.1.0.1' },
    { name: 'right', subnet: '10.2.0.0/24', gateway: '10.2.0.1' },
  ],
  routers: [
    {
      name: 'router',
      interfaces: [
        { segment: 'left', address: '10.1.0.1' },
        { segment: 'right', address: '10.2.0.1' },
      ],
    },
  ],
}

interface Bed {
  readonly kernel: Kernel
  readonly network: Network
  machine(name: string, address: string, o?: Partial<Attachment>): NetStack
}

function bed(fabric: FabricPlan = twoSubnets): Bed {
  const kernel = new Kernel({ seed: 1, startMs: 0 })
  const network = createNetwork({ kernel, random: seeded(1), fabric })
  const machine: Bed['machine'] = (name, address, o = {}) => {
    const stack = network.stack(name)
    network.attach(stack, { machine: name, address, prefixLength: 24, ...o })
    return stack
  }
  return { kernel, network, machine }
}

const ping = ({ kernel }: Bed, from: NetStack, to: string): Promise<string> =>
  run(kernel, async (task) => (await from.probe(task, { to, protocol: 'icmp', timeoutMs: 500 })).kind)

const why = (from: NetStack, to: string): string | undefined =>
  from.trace({ to, protocol: 'icmp' }).at(-1)?.what

describe('machines of two subnets', () => {
  test('reach each other through the router', async () => {
    const all = bed()
    const a = all.machine('a', '10.1.0.5')
    all.machine('b', '10.2.0.5')
    expect(await ping(all, a, '10.2.0.5')).toBe('reply')
  })

  test('do not while VLAN spanning is off, those of one subnet do', async () => {
    const all = bed()
    const a = all.machine('a', '10.1.0.5')
    all.machine('b', '10.2.0.5')
    all.machine('c', '10.1.0.6')
    all.network.underlay.setSpanning('router', false)
    expect([await ping(all, a, '10.2.0.5'), await ping(all, a, '10.1.0.6')]).toEqual(['silent', 'reply'])
    all.network.underlay.setSpanning('router', true)
    expect(await ping(all, a, '10.2.0.5')).toBe('reply')
  })

  test('reach pods of the other only by a custom route, given while the lab runs', async () => {
    const all = bed()
    const a = all.machine('a', '10.1.0.5')
    const b = all.machine('b', '10.2.0.5')
    await b.apply([{ op: 'address-add', link: 'lo', address: '10.244.2.9', prefixLength: 32 }])
    expect(await ping(all, a, '10.244.2.9')).toBe('silent')
    const route = {
      destination: '10.244.2.0/24',
      kind: 'unicast',
      via: '10.2.0.5',
      protocol: 'static',
    } as const
    await all.network.underlay.router('router').apply([{ op: 'route-add', route }])
    expect(await ping(all, a, '10.244.2.9')).toBe('reply')
  })

  test('are kept apart by a stateless access list, whose answers need a rule of their own', async () => {
    const all = bed()
    const a = all.machine('a', '10.1.0.5')
    all.machine('b', '10.2.0.5')
    all.machine('c', '10.1.0.6')
    const anything = [{ name: 'allow all', action: 'allow' }] as const
    const { underlay } = all.network
    underlay.setAcl('right', { inbound: anything, outbound: [] })
    expect(why(a, '10.2.0.5')).toBe('reply denied outbound by access list rule default deny')
    expect(await ping(all, a, '10.1.0.6')).toBe('reply')
    underlay.setAcl('right', { inbound: anything, outbound: anything })
    expect(await ping(all, a, '10.2.0.5')).toBe('reply')
  })
})

describe('a machine with two interfaces', () => {
  test('answers by the interface of its default route; strict reverse path filtering drops what came by the other', async () => {
    const all = bed()
    const a = all.machine('a', '10.1.0.5')
    const b = all.machine('b', '10.1.0.9')
    all.network.attach(b, {
      machine: 'b',
      link: 'eth1',
      segment: 'right',
      address: '10.2.0.9',
      prefixLength: 24,
      defaultRoute: false,
    })
    expect(await ping(all, a, '10.2.0.9')).toBe('reply')
    await b.apply([{ op: 'sysctl', name: 'net.ipv4.conf.eth1.rp_filter', value: '1' }])
    expect([await ping(all, a, '10.2.0.9'), why(a, '10.2.0.9')]).toEqual([
      'silent',
      'reverse path filter of eth1',
    ])
    await b.apply([{ op: 'sysctl', name: 'net.ipv4.conf.all.rp_filter', value: '2' }])
    expect(await ping(all, a, '10.2.0.9')).toBe('reply')
  })
})

describe('a port', () => {
  const guarded: FabricPlan = {
    ...twoSubnets,
    segments: twoSubnets.segments.map((each) => ({ ...each, antiSpoofing: true })),
    groups: [
      {
        name: 'workers',
        inbound: [{ remote: { group: 'workers' } }, { protocol: 'tcp', ports: [30000, 32767] }],
        outbound: [{}],
      },
    ],
  }

  test('drops addresses that are not its machine’s, unless they are allowed there', async () => {
    const all = bed(guarded)
    const a = all.machine('a', '10.1.0.5')
    all.machine('b', '10.1.0.6')
    await a.apply([{ op: 'address-add', link: 'lo', address: '10.244.1.9', prefixLength: 32 }])
    const from = { destination: '10.1.0.6/32', kind: 'unicast', dev: 'eth0', source: '10.244.1.9' } as const
    await a.apply([{ op: 'route-add', route: { ...from, protocol: 'static' } }])
    expect(why(a, '10.1.0.6')).toBe("dropped by the anti-spoofing of a's port")
    all.network.underlay.port('a').allowedSources = ['10.244.1.0/26']
    expect(why(a, '10.1.0.6')).toMatch(/^reply /)
  })

  test('lets in the members of its group, and others only where a rule says so', async () => {
    const all = bed(guarded)
    const a = all.machine('a', '10.1.0.5', { groups: ['workers'] })
    const b = all.machine('b', '10.2.0.5', { groups: ['workers'] })
    const stranger = all.machine('c', '10.1.0.7')
    expect(await ping(all, a, '10.2.0.5')).toBe('reply')
    expect(await ping(all, stranger, '10.2.0.5')).toBe('silent')
    expect(await ping(all, b, '10.1.0.7')).toBe('reply') // an answer to what was allowed
    const tcp = (port: number): string | undefined =>
      stranger.trace({ to: '10.2.0.5', protocol: 'tcp', port }).at(-1)?.what
    expect(tcp(30080)).toMatch(/^reply delivered/)
    expect(tcp(22)).toBe('not allowed inbound by security group workers')
  })
})

describe('a network', () => {
  test('that does not carry a protocol says so', async () => {
    const all = bed({
      ...twoSubnets,
      segments: twoSubnets.segments.map((each) => ({ ...each, refuses: ['icmp'] as const })),
    })
    const a = all.machine('a', '10.1.0.5')
    all.machine('b', '10.1.0.6')
    expect(why(a, '10.1.0.6')).toBe('left does not carry icmp')
  })

  test('with a narrow way in the middle is a black hole for large packets once ICMP is filtered', async () => {
    const all = bed({
      ...twoSubnets,
      routers: [
        {
          name: 'router',
          interfaces: [
            { segment: 'left', address: '10.1.0.1' },
            { segment: 'right', address: '10.2.0.1', mtuBytes: 1400 },
          ],
        },
      ],
    })
    const a = all.machine('a', '10.1.0.5')
    all.machine('b', '10.2.0.5')
    const probe = (sizeBytes: number): Promise<string> =>
      run(all.kernel, async (task) => {
        const o = { to: '10.2.0.5', protocol: 'icmp', sizeBytes, dontFragment: true, timeoutMs: 500 } as const
        return (await a.probe(task, o)).kind
      })
    expect([await probe(1300), await probe(1500)]).toEqual(['reply', 'too-big'])
    all.network.underlay.addRule({ name: 'no errors', only: 'fragmentation-needed', action: 'drop' })
    expect([await probe(1300), await probe(1500)]).toEqual(['reply', 'silent'])
  })
})

describe('a kernel', () => {
  test('drops forwarded packets by policy alone', async () => {
    const all = bed()
    const a = all.machine('a', '10.1.0.5')
    all.machine('b', '10.2.0.5')
    await all.network.underlay.router('router').filter.setPolicy('FORWARD', 'drop')
    expect(why(a, '10.2.0.5')).toBe('dropped by chain FORWARD (policy DROP)')
  })

  test('drops new conversations once its connection tracking is full, and says so', async () => {
    const all = bed()
    const a = all.machine('a', '10.1.0.5')
    const b = all.machine('b', '10.1.0.6')
    await b.listen({ port: 80 }, () => {})
    const dial = (): Promise<string> =>
      run(all.kernel, (task) =>
        codeOf(a.connect(task, { address: '10.1.0.6', port: 80 }, { timeoutMs: 500 })),
      )
    const limit = (value: string): Promise<void> =>
      b.apply([{ op: 'sysctl', name: 'net.netfilter.nf_conntrack_max', value }])
    expect(await dial()).toBe('none')
    await limit('1')
    expect(await dial()).toBe('ETIMEDOUT')
    await limit('2')
    expect(await dial()).toBe('none')
  })

  test('reaches no more neighbours at once than its table holds, and says so', async () => {
    const all = bed()
    const a = all.machine('a', '10.1.0.5')
    const said: string[] = []
    a.hostKernel = { release: '5.15.0', says: (text) => said.push(text) }
    for (const last of [6, 7, 8]) all.machine(`m${last}`, `10.1.0.${last}`)
    await a.apply([{ op: 'sysctl', name: 'net.ipv4.neigh.default.gc_thresh3', value: '2' }])
    const reach = (to: string): Promise<string> => ping(all, a, to)
    expect([await reach('10.1.0.6'), await reach('10.1.0.7'), await reach('10.1.0.8')]).toEqual([
      'reply',
      'reply',
      'silent',
    ])
    expect(said).toEqual(['neighbour: arp_cache: neighbor table overflow!'])
    await all.kernel.advanceTo(all.kernel.nowMs + 6000)
    expect(await reach('10.1.0.8')).toBe('reply')
  })
})
