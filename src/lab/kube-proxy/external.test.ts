import { describe, expect, test } from 'vitest'
import { chainsFor } from '#lab/kube-proxy/desired.ts'
import type { ServicePort } from '#lab/kube-proxy/rules.ts'
import { syncRules } from '#lab/kube-proxy/sync.ts'
import type { NetStack } from '#lab/network/ports.ts'
import { type Bed, echo, podBed, run } from '#lab/network/test-bed.ts'

const clusterCidr = '10.244.0.0/16'
const onB = { address: '10.244.2.5', port: 8080 }

const port = (o: Partial<ServicePort> = {}): ServicePort => ({
  namespace: 'shop',
  name: 'web',
  portName: '',
  clusterIp: '10.96.7.7',
  protocol: 'tcp',
  port: 80,
  endpoints: [onB],
  localEndpoints: [],
  nodePort: 30080,
  externalIps: [],
  loadBalancerIps: [],
  sourceRanges: [],
  externalPolicy: 'cluster',
  internalPolicy: 'cluster',
  ...o,
})

type PodBed = Bed & { readonly podA: NetStack; readonly podB: NetStack; readonly client: NetStack }

/** Machine b has the pod; a third machine is the client. */
async function served(o: Partial<ServicePort>): Promise<PodBed> {
  const all = await podBed()
  await syncRules(all.a, chainsFor([port(o)], clusterCidr))
  const localEndpoints = (o.endpoints ?? [onB]).filter(({ address }) => address === onB.address)
  await syncRules(all.b, chainsFor([port({ ...o, localEndpoints })], clusterCidr))
  const client = all.network.stack('client')
  all.network.attach(client, { machine: 'client', address: '10.0.0.90', prefixLength: 24 })
  await echo(all.kernel, all.podB, 8080)
  return { ...all, client }
}

const last = (from: NetStack, to: string, at: number): string =>
  from.trace({ to, protocol: 'tcp', port: at }).at(-1)?.what ?? ''

/** The source that the pod sees. */
async function seenSource({ kernel, podB, client }: PodBed, to: string): Promise<string> {
  let from = ''
  await podB.listen({ port: 8081 }, (c) => {
    from = c.remote.address
  })
  await run(kernel, (task) => client.connect(task, { address: to, port: 30080 }, { timeoutMs: 1000 }))
  return from
}

describe('a node port', () => {
  test('is open on every node, and hides the client, when the policy is Cluster', async () => {
    const all = await served({ endpoints: [{ address: '10.244.2.5', port: 8081 }] })
    expect(await seenSource(all, '10.0.0.21')).toBe('10.0.0.21')
  })

  test('shows the client, but is open only where an endpoint is, when the policy is Local', async () => {
    const all = await served({ endpoints: [{ address: '10.244.2.5', port: 8081 }], externalPolicy: 'local' })
    expect(await seenSource(all, '10.0.0.22')).toBe('10.0.0.90')
    expect(last(all.client, '10.0.0.21', 30080)).toBe(
      'dropped by chain KUBE-EXTERNAL-SERVICES (shop/web has no local endpoints)',
    )
  })

  test('is refused at once when no endpoint is anywhere', async () => {
    const { client } = await served({ endpoints: [] })
    expect(last(client, '10.0.0.21', 30080)).toBe(
      'rejected by chain KUBE-EXTERNAL-SERVICES (shop/web has no endpoints)',
    )
  })

  test('of another number is nobody’s', async () => {
    const { kernel, client } = await served({})
    const kind = await run(kernel, async (task) => {
      const o = { to: '10.0.0.21', protocol: 'tcp', port: 30081, timeoutMs: 500 } as const
      return (await client.probe(task, o)).kind
    })
    expect(kind).toBe('refused')
  })
})

describe('a cluster IP', () => {
  test.each([
    ['on a node with an endpoint', 'podB', /^reply delivered/],
    [
      'on a node without one',
      'podA',
      /^dropped by chain KUBE-SERVICES \(shop\/web has no local endpoints\)$/,
    ],
  ] as const)('with internal policy Local, %s', async (_, pod, expected) => {
    const all = await served({ internalPolicy: 'local' })
    expect(last(all[pod], '10.96.7.7', 80)).toMatch(expected)
  })

  /** Which of eight endpoints a client reaches, one connection after another. */
  async function reached(o: Partial<ServicePort>, pauseMs: number): Promise<number> {
    const endpoints = [5, 11, 12, 13, 14, 15, 16, 17].map((i) => ({ address: `10.244.2.${i}`, port: 8082 }))
    const { kernel, b, podA, podB } = await served({ endpoints, ...o })
    for (const { address } of endpoints.slice(1)) {
      await podB.apply([{ op: 'address-add', link: 'eth0', address, prefixLength: 32 }])
      const destination = `${address}/32`
      const route = {
        destination,
        kind: 'unicast',
        dev: 'calipodB',
        scope: 'link',
        protocol: 'boot',
      } as const
      await b.apply([{ op: 'route-add', route }])
    }
    const seen = new Set<string>()
    await podB.listen({ port: 8082 }, (c) => seen.add(c.local.address))
    for (let i = 0; i < 10; i++) {
      await run(kernel, (task) => podA.connect(task, { address: '10.96.7.7', port: 80 }))
      await kernel.advanceTo(kernel.nowMs + pauseMs)
    }
    return seen.size
  }

  test('spreads connections of one client', async () => {
    expect(await reached({}, 1000)).toBeGreaterThan(2)
  })

  test('with ClientIP affinity keeps a client at its endpoint until it was away too long', async () => {
    expect(await reached({ affinitySeconds: 60 }, 59_000)).toBe(1)
    expect(await reached({ affinitySeconds: 60 }, 61_000)).toBeGreaterThan(2)
  })
})

describe('a load balancer', () => {
  const o = { loadBalancerIps: ['203.0.113.7'], sourceRanges: ['10.0.0.0/25'] }

  test.each([
    ['lets in its source ranges', '10.0.0.90', /^reply delivered/],
    ['drops other sources', '10.0.0.200', /^dropped by chain KUBE-PROXY-FIREWALL/],
  ] as const)('%s', async (_, address, expected) => {
    const { network } = await served(o)
    const client = network.stack('outside')
    network.attach(client, { machine: 'outside', address, prefixLength: 24 })
    await client.apply([
      {
        op: 'route-add',
        route: { destination: '203.0.113.7/32', kind: 'unicast', via: '10.0.0.21', protocol: 'static' },
      },
    ])
    expect(last(client, '203.0.113.7', 80)).toMatch(expected)
  })
})
