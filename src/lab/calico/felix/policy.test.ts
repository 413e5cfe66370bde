import { describe, expect, test } from 'vitest'
import { Renderer, type RenderInputs } from '#lab/calico/felix/chains.ts'
import { felixConfig } from '#lab/calico/felix/config.ts'
import { resolveHostEndpoints } from '#lab/calico/felix/host-endpoint-chains.ts'
import { sortedPolicies, type Tier } from '#lab/calico/felix/policy/active.ts'
import { type CalicoPolicy, calicoPolicy } from '#lab/calico/felix/policy/calico.ts'
import { type KubeNetworkPolicy, kubernetesPolicy } from '#lab/calico/felix/policy/kubernetes.ts'
import type { Policy, Selectable } from '#lab/calico/felix/policy/model.ts'
import { neededSets } from '#lab/calico/felix/policy/sets.ts'
import type { HostEndpoint } from '#lab/calico/felix/resources.ts'
import { hooks } from '#lab/calico/felix/static-chains.ts'
import type { Workload } from '#lab/calico/felix/workloads.ts'
import type { NetStack } from '#lab/network/ports.ts'
import { podBed } from '#lab/network/test-bed.ts'

const { config } = felixConfig([['test', { defaultendpointtohostaction: 'ACCEPT' }]])

const tiers: readonly Tier[] = [
  { name: 'security', order: 100, defaultAction: 'Deny' },
  { name: 'default', order: 1_000_000, defaultAction: 'Deny' },
]

/** A pod as policies see it. */
const pod = (name: string, address: string, o: Partial<Selectable> = {}): Workload => ({
  pod: `shop/${name}`,
  interface: `cali${name}`,
  address,
  profiles: ['kns.shop', 'ksa.shop.default'],
  endpoint: {
    labels: { app: name, 'projectcalico.org/namespace': 'shop', 'projectcalico.org/orchestrator': 'k8s' },
    namespace: 'shop',
    namespaceLabels: { team: 'web' },
    serviceAccount: 'default',
    serviceAccountLabels: {},
    nets: [address],
    ports: [{ name: 'http', protocol: 'tcp', port: 8080 }],
    ...o,
  },
})

const client = pod('podA', '10.244.1.5')
const server = pod('podB', '10.244.2.5')
const others: readonly Selectable[] = [
  { labels: { kind: 'office' }, nets: ['192.168.0.0/16'], ports: [] },
  client.endpoint,
  server.endpoint,
]

const kube = (name: string, spec: KubeNetworkPolicy['spec']): Policy =>
  kubernetesPolicy({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'shop', uid: '', resourceVersion: '', creationTimestamp: '' },
    spec,
  })

const global = (name: string, spec: CalicoPolicy['spec']): Policy =>
  calicoPolicy({
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'GlobalNetworkPolicy',
    metadata: { name, uid: '', resourceVersion: '', creationTimestamp: '' },
    spec,
  })

async function program(
  net: NetStack,
  o: {
    readonly workloads: readonly Workload[]
    readonly policies: readonly Policy[]
    readonly hostEndpoints?: RenderInputs['hostEndpoints']
  },
): Promise<void> {
  const { tables, active } = new Renderer().render({
    config,
    encapsulation: { ipip: false, vxlan: false },
    hostEndpoints: [],
    ...o,
    policies: sortedPolicies(o.policies, tiers),
    tiers,
    masquerades: false,
  })
  for (const set of neededSets(active)) await net.setMembers(set.name, set.members(others))
  for (const name of ['raw', 'mangle', 'filter'] as const) {
    const firsts = Object.entries(hooks[name]).map(([chain, { first, last }]) => [chain, [first, ...last]])
    await net[name].restore({ ...tables[name].chains, ...Object.fromEntries(firsts) })
  }
}

/** What becomes of a connection from the client's pod to the server's, with these policies on the server's node. */
async function outcome(policies: readonly Policy[], port = 8080): Promise<string> {
  const { podA, b } = await podBed()
  await program(b, { workloads: [server], policies })
  const last = podA.trace({ to: '10.244.2.5', protocol: 'tcp', port }).at(-1)?.what ?? ''
  return last.startsWith('reply delivered') ? 'allowed' : last
}

const toServer = { podSelector: { matchLabels: { app: 'podB' } } }
const fromClient = [{ podSelector: { matchLabels: { app: 'podA' } } }]
const endOfTier = /^dropped by chain cali-tw-calipodB \(Drop if no policies passed packet\)$/

describe('a Kubernetes policy', () => {
  test.each([
    ['there is none', [], 8080, 'allowed'],
    ['it selects another pod', [kube('p', { podSelector: { matchLabels: { app: 'db' } } })], 8080, 'allowed'],
    ['it is about egress alone', [kube('p', { ...toServer, policyTypes: ['Egress'] })], 8080, 'allowed'],
    ['it has no rule', [kube('p', toServer)], 8080, endOfTier],
    ['it allows the client', [kube('p', { ...toServer, ingress: [{ from: fromClient }] })], 8080, 'allowed'],
    [
      'it allows the client by the name of a port',
      [kube('p', { ...toServer, ingress: [{ from: fromClient, ports: [{ port: 'http' }] }] })],
      8080,
      'allowed',
    ],
    [
      'it allows another port by name',
      [kube('p', { ...toServer, ingress: [{ from: fromClient, ports: [{ port: 'http' }] }] })],
      9090,
      endOfTier,
    ],
    [
      'it allows a range that ends before the port',
      [kube('p', { ...toServer, ingress: [{ ports: [{ port: 8000, endPort: 8079 }] }] })],
      8080,
      endOfTier,
    ],
    [
      'it allows several ports and a range that holds it',
      [
        kube('p', {
          ...toServer,
          ingress: [{ ports: [{ port: 22 }, { port: 'http' }, { port: 9000, endPort: 9100 }] }],
        }),
      ],
      9050,
      'allowed',
    ],
    [
      'the client’s address is in the block',
      [kube('p', { ...toServer, ingress: [{ from: [{ ipBlock: { cidr: '10.244.0.0/16' } }] }] })],
      8080,
      'allowed',
    ],
    [
      'the client’s address is among the exceptions',
      [
        kube('p', {
          ...toServer,
          ingress: [{ from: [{ ipBlock: { cidr: '10.244.0.0/16', except: ['10.244.1.0/24'] } }] }],
        }),
      ],
      8080,
      endOfTier,
    ],
    [
      'only another namespace may',
      [
        kube('p', {
          ...toServer,
          ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'ops' } } }] }],
        }),
      ],
      8080,
      endOfTier,
    ],
    [
      'its own namespace may, by label',
      [
        kube('p', {
          ...toServer,
          ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'web' } } }] }],
        }),
      ],
      8080,
      'allowed',
    ],
    [
      'a second one allows what the first does not',
      [kube('p', toServer), kube('q', { ...toServer, ingress: [{ from: fromClient }] })],
      8080,
      'allowed',
    ],
  ] as const)('%s', async (_, policies, port, expected) => {
    const got = await outcome(policies, port)
    if (typeof expected === 'string') expect(got).toBe(expected)
    else expect(got).toMatch(expected)
  })

  test('lets answers pass whatever else it forbids', async () => {
    const { podB, b } = await podBed()
    await program(b, { workloads: [server], policies: [kube('p', toServer)] })
    expect(podB.trace({ to: '10.244.1.5', protocol: 'tcp', port: 8080 }).at(-1)?.what).toMatch(
      /^reply delivered/,
    )
  })
})

describe('a Calico policy', () => {
  const deny = (o: CalicoPolicy['spec'] = {}): Policy =>
    global('deny', { selector: "app == 'podB'", ingress: [{ action: 'Deny' }], ...o })
  const allow = (o: CalicoPolicy['spec'] = {}): Policy =>
    global('allow', { selector: 'all()', ingress: [{ action: 'Allow' }], ...o })

  test.each([
    ['comes first by its order', [deny({ order: 20 }), allow({ order: 10 })], 'allowed'],
    ['comes last without an order', [deny({ order: 20 }), allow()], /^dropped by chain cali-pi-/],
    [
      'in an earlier tier decides',
      [deny({ tier: 'security' }), allow({ order: 1 })],
      /^dropped by chain cali-pi-/,
    ],
    [
      'may pass on to the next tier',
      [allow(), global('pass', { tier: 'security', ingress: [{ action: 'Pass' }] })],
      'allowed',
    ],
    [
      'of a tier that decides nothing denies',
      [allow(), global('none', { tier: 'security', ingress: [] })],
      endOfTier,
    ],
    [
      'matches by everything at once',
      [
        global('p', {
          selector: "has(app) && app in {'podB', 'podC'}",
          namespaceSelector: "team == 'web'",
          ingress: [
            {
              action: 'Allow',
              protocol: 'TCP',
              source: {
                selector: "app starts with 'pod'",
                notSelector: "app == 'podB'",
                nets: ['10.244.1.0/24', '10.9.0.0/16'],
                notNets: ['10.244.1.128/25'],
                serviceAccounts: { names: ['default'] },
              },
              destination: { ports: [80, '8000:8100', 'http'], notPorts: [8081] },
            },
          ],
        }),
      ],
      'allowed',
    ],
    [
      'does not match when one exception holds',
      [
        global('p', {
          ingress: [
            {
              action: 'Allow',
              protocol: 'TCP',
              source: { nets: ['10.244.1.0/24', '10.9.0.0/16'], notNets: ['10.244.1.5/32'] },
            },
          ],
        }),
      ],
      endOfTier,
    ],
    ['of a selector that is none applies to nobody', [deny({ selector: 'app ==' })], 'allowed'],
    [
      'that is for network sets does not know pods',
      [global('p', { ingress: [{ action: 'Allow', source: { selector: "kind == 'office'" } }] })],
      endOfTier,
    ],
  ] as const)('%s', async (_, policies, expected) => {
    const got = await outcome(policies)
    if (typeof expected === 'string') expect(got).toBe(expected)
    else expect(got).toMatch(expected)
  })

  test('logs and goes on', async () => {
    const { podA, b } = await podBed()
    const rules = [{ action: 'Log' }, { action: 'Allow' }]
    await program(b, { workloads: [server], policies: [global('p', { ingress: rules })] })
    const seen = podA.trace({ to: '10.244.2.5', protocol: 'tcp', port: 8080 }).map(({ what }) => what)
    expect(seen).toContain('logged as calico-packet')
    expect(seen.at(-1)).toMatch(/^reply delivered/)
  })
})

describe('a host endpoint', () => {
  const object = (spec: Partial<HostEndpoint['spec']>): HostEndpoint => ({
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'HostEndpoint',
    metadata: { name: 'h', labels: { host: 'b' }, uid: '', resourceVersion: '', creationTimestamp: '' },
    spec: { node: 'b', ...spec },
  })

  /** What becomes of a connection from the other machine to this one's port. */
  async function toHost(
    port: number,
    policies: readonly Policy[],
    spec: Partial<HostEndpoint['spec']> = { interfaceName: '*' },
  ): Promise<string> {
    const { a, b } = await podBed()
    const hostEndpoints = resolveHostEndpoints([object(spec)], 'b', b.addresses())
    await program(b, { workloads: [server], policies, hostEndpoints })
    const last = a.trace({ to: '10.0.0.22', protocol: 'tcp', port }).at(-1)?.what ?? ''
    return last.startsWith('reply delivered') ? 'allowed' : last
  }

  const noProfile = /^dropped by chain cali-fh-(eth0|any-interface-at-all) \(Drop if no profiles matched\)$/
  const ssh = global('ssh', {
    selector: "host == 'b'",
    ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: [10250] } }],
  })

  test.each([
    ['cuts the kubelet off without a policy', 10250, [], undefined, noProfile],
    ['leaves the failsafe ports open', 6443, [], undefined, 'allowed'],
    ['is found by its address', 10250, [], { expectedIPs: ['10.0.0.22'] }, noProfile],
    ['of another interface does nothing', 10250, [], { interfaceName: 'eth7' }, 'allowed'],
    ['lets in what a policy allows', 10250, [ssh], undefined, 'allowed'],
    [
      'denies what its policies do not allow',
      10249,
      [ssh],
      undefined,
      /^dropped by chain cali-fh-any-interface-at-all \(Drop if no policies passed packet\)$/,
    ],
    [
      'allows by its profile',
      10250,
      [],
      { interfaceName: 'eth0', profiles: ['projectcalico-default-allow'] },
      'allowed',
    ],
    [
      'is shut before DNAT by a policy of that kind, but not on failsafe ports',
      10250,
      [global('p', { preDNAT: true, applyOnForward: true, ingress: [{ action: 'Deny' }] })],
      { interfaceName: 'eth0', profiles: ['projectcalico-default-allow'] },
      /^dropped by mangle chain cali-pi-/,
    ],
  ] as const)('%s', async (_, port, policies, spec, expected) => {
    const got = await toHost(port, policies, spec)
    if (typeof expected === 'string') expect(got).toBe(expected)
    else expect(got).toMatch(expected)
  })

  test.each([
    ['passes by default', {}, 'allowed'],
    [
      'is stopped by a policy that applies on forward',
      { applyOnForward: true },
      /^dropped by chain cali-pi-/,
    ],
  ] as const)('what it forwards to pods %s', async (_, o, expected) => {
    const { podA, b } = await podBed()
    const hostEndpoints = resolveHostEndpoints([object({ interfaceName: 'eth0' })], 'b', b.addresses())
    const policy = global('p', { selector: "host == 'b'", ingress: [{ action: 'Deny' }], ...o })
    await program(b, { workloads: [server], policies: [policy], hostEndpoints })
    const last = podA.trace({ to: '10.244.2.5', protocol: 'tcp', port: 8080 }).at(-1)?.what ?? ''
    const got = last.startsWith('reply delivered') ? 'allowed' : last
    if (typeof expected === 'string') expect(got).toBe(expected)
    else expect(got).toMatch(expected)
  })
})

describe('what every cluster has', () => {
  test('carries the hashes that published rule sets show', () => {
    const { tables } = new Renderer().render({
      config,
      encapsulation: { ipip: false, vxlan: true },
      workloads: [],
      hostEndpoints: [],
      policies: [],
      tiers,
      masquerades: true,
    })
    const tags = (table: 'filter' | 'nat' | 'raw', chain: string): readonly string[] =>
      (tables[table].chains[chain] ?? []).map(({ comment }) => (comment ?? '').split('\n')[0] ?? '')
    expect(tags('filter', 'cali-FORWARD').slice(0, 3)).toEqual([
      'cali:vjrMJCRpqwy5oRoX',
      'cali:A_sPAO0mcxbT9mOV',
      'cali:8ZoYfO5HKXWbB3pk',
    ])
    expect(tags('nat', 'cali-POSTROUTING')).toEqual([
      'cali:Z-c7XtVd2Bq7s_hA',
      'cali:nYKhEzDlr11Jccal',
      'cali:e9dnSgSVNmIcpVhP',
    ])
    expect(tags('nat', 'cali-nat-outgoing')).toEqual(['cali:flqWnvo8yq4ULQLa'])
    expect(tags('raw', 'cali-PREROUTING').slice(0, 2)).toEqual([
      'cali:XFX5xbM8B9qR10JG',
      'cali:EWMPb0zVROM-woQp',
    ])
    expect(hooks.filter.FORWARD?.first.comment).toBe('cali:wUHhoiAYhphO9Mso')
  })
})
