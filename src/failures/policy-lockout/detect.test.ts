import { describe, expect, test } from 'vitest'
import type { PolicyRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/policy-lockout/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const dns = 'DNS lookups in pods time out.'
const policy = (spec: string, kind = 'GlobalNetworkPolicy') =>
  `apiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata:\n  name: deny\nspec:\n${spec}\n`
const egress = policy(
  '  selector: all()\n  types:\n  - Egress\n  egress:\n  - action: Allow\n    protocol: TCP\n    destination:\n      ports: [443]',
)
const kubernetes = (namespace: string, spec: string) =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: deny\n  namespace: ${namespace}\nspec:\n  podSelector: {}\n${spec}\n`
const endpoint =
  'apiVersion: projectcalico.org/v3\nkind: HostEndpoint\nmetadata:\n  name: w1-eth0\nspec:\n  node: w1\n  interfaceName: eth0\n  expectedIPs: [10.0.0.21]\n'
const felix = (ports: readonly number[]) =>
  `apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata:\n  name: default\nspec:\n  failsafeInboundHostPorts:${ports.length === 0 ? ' []' : ports.map((port) => `\n  - protocol: TCP\n    port: ${port}`).join('')}\n`
const separated = (...documents: readonly string[]) => documents.join('---\n')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['egress of all is limited, DNS is allowed nowhere and fails', `${dns}\n\n${egress}`, 'confirmed'],
    [
      'the same of one namespace',
      `${dns}\n\n${kubernetes('shop', '  policyTypes: [Egress]\n  egress: []')}`,
      'confirmed',
    ],
    ['the same, and nobody says that DNS fails', egress, 'likely'],
    [
      'DNS by TCP is denied',
      `${dns}\n\n${policy('  selector: all()\n  types: [Egress]\n  egress:\n  - action: Allow\n    protocol: UDP\n    destination:\n      ports: [53]')}`,
      'confirmed',
    ],
    [
      'a Deny rule for a port that is needed',
      policy(
        '  selector: all()\n  types: [Ingress]\n  ingress:\n  - action: Deny\n    protocol: TCP\n    destination:\n      ports: ["100:200"]\n  - action: Allow',
      ),
      'confirmed',
    ],
    [
      'nobody reaches kube-system',
      `${dns}\n\n${kubernetes('kube-system', '  policyTypes: [Ingress]')}`,
      'confirmed',
    ],
    [
      'failsafe ports of one’s own, and hosts are endpoints',
      separated(endpoint, felix([22, 10250])),
      'confirmed',
    ],
    ['no failsafe ports at all', separated(endpoint, felix([])), 'confirmed'],
    ['failsafe ports of one’s own, endpoints not shown', felix([22, 10250]), 'likely'],
    ['by a variable', `FELIX_FAILSAFEINBOUNDHOSTPORTS=tcp:22,udp:68\n\n${endpoint}`, 'confirmed'],
    [
      'nothing is allowed, and hosts are endpoints',
      separated(endpoint, policy('  selector: all()\n  types: [Ingress, Egress]')),
      'confirmed',
    ],
    [
      'what a host’s chain has dropped',
      '[41:2460] -A cali-th-eth0 -m comment --comment "Drop if no profiles matched" -j DROP',
      'confirmed',
    ],
    [
      'what a pod’s policies have dropped',
      `${dns}\n[41:2460] -A cali-fw-cali0ef24b1aa10 -m comment --comment "End of tier default. Drop if no policies passed packet" -m mark --mark 0x0/0x20000 -j DROP`,
      'likely',
    ],
    ['removing it cured', 'kubectl delete globalnetworkpolicy deny-all   # fixed it', 'likely'],
    [
      'people’s words',
      'Since the default-deny policy was applied, pods cannot reach the API server.',
      'likely',
    ],
  ])('%s', (_, text, expected) => expect(foundIn(text, mode)).toBe(expected))
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'DNS is allowed by UDP and TCP',
      policy(
        '  selector: all()\n  types: [Egress]\n  egress:\n  - action: Allow\n    protocol: UDP\n    destination:\n      ports: [53]\n  - action: Allow\n    protocol: TCP\n    destination:\n      ports: [53, 443]',
      ),
    ],
    [
      'everything is allowed to leave',
      policy('  selector: all()\n  types: [Egress]\n  egress:\n  - action: Allow'),
    ],
    ['only some pods are limited', policy("  selector: app == 'shop'\n  types: [Egress]\n  egress: []")],
    [
      'only some namespaces are limited',
      policy("  namespaceSelector: team == 'shop'\n  types: [Egress]\n  egress: []"),
    ],
    [
      'only staged',
      policy('  selector: all()\n  types: [Egress]\n  egress: []', 'StagedGlobalNetworkPolicy'),
    ],
    ['ingress of an application’s namespace', kubernetes('shop', '  policyTypes: [Ingress]')],
    ['Calico’s failsafe ports', separated(endpoint, felix([22, 179, 2379, 2380, 5473, 6443, 6666, 6667]))],
    [
      'a Deny rule for another port',
      policy(
        '  selector: all()\n  types: [Ingress]\n  ingress:\n  - action: Deny\n    protocol: TCP\n    destination:\n      ports: [23]\n  - action: Allow',
      ),
    ],
    [
      'a chain that has dropped nothing',
      '[0:0] -A cali-th-eth0 -m comment --comment "Drop if no profiles matched" -j DROP',
    ],
    [
      'Felix drops invalid packets of pods',
      '[7:400] -A cali-fw-cali0ef24b1aa10 -m conntrack --ctstate INVALID -j DROP',
    ],
    ['DNS fails, nothing else is known', dns],
  ])('%s', (_, text) => expect(foundIn(text, mode)).toBe('not found'))
})

describe('from facts', () => {
  const remarks = [{ says: 'dns-fails' as const }]
  const denial: PolicyRow = {
    kind: 'GlobalNetworkPolicy',
    name: 'deny',
    selector: 'all()',
    types: ['Egress'],
    rules: [],
  }
  const allow: PolicyRow = {
    kind: 'NetworkPolicy',
    namespace: 'shop',
    name: 'dns',
    selector: '',
    types: ['Egress'],
    rules: [
      { direction: 'Egress', action: 'Allow', protocol: 'UDP', ports: ['53'] },
      { direction: 'Egress', action: 'Allow', protocol: 'TCP', ports: ['53'] },
    ],
  }
  const auto = {
    name: 'w1-auto-hep',
    node: 'w1',
    expectedIps: [],
    labels: { 'projectcalico.org/created-by': 'calico-kube-controllers' },
  }
  const guarded = {
    name: 'w1-private',
    node: 'w1',
    expectedIps: [],
    labels: { 'ibm.role': 'worker_private' },
  }
  const openTo = (more: object) => ({
    kind: 'GlobalNetworkPolicy',
    name: 'default.allow-all-private-default',
    selector: "ibm.role == 'worker_private'",
    types: ['Ingress', 'Egress'] as const,
    rules: (['Ingress', 'Egress'] as const).map((direction) => ({
      direction,
      action: 'Allow' as const,
      ...more,
    })),
  })
  test.each<[string, Table, string | undefined]>([
    [
      'an endpoint that a policy leaves open both ways',
      { policies: [openTo({})], hostEndpoints: [guarded], remarks },
      undefined,
    ],
    [
      'an endpoint that policies let something in and out of',
      { policies: [openTo({ protocol: 'ICMP' })], hostEndpoints: [guarded], remarks },
      undefined,
    ],
    [
      'an endpoint of which a policy denies something',
      { policies: [openTo({ action: 'Deny' })], hostEndpoints: [guarded], remarks },
      'likely',
    ],
    [
      'an endpoint that other policies select',
      {
        policies: [{ ...openTo({}), selector: "ibm.role == 'worker_public'" }],
        hostEndpoints: [guarded],
        remarks,
      },
      'likely',
    ],
    ['a denial, and DNS fails', { policies: [denial], remarks }, 'confirmed'],
    [
      'hosts are endpoints by themselves',
      { policies: [denial], hostEndpoints: [auto], remarks },
      'confirmed',
    ],
    ['endpoints that allow everything', { hostEndpoints: [auto], remarks }, undefined],
    [
      'a policy that allows DNS stands beside it',
      {
        policies: [
          { ...denial, rules: [{ direction: 'Egress', action: 'Allow', protocol: 'TCP', ports: ['443'] }] },
          allow,
        ],
        remarks,
      },
      undefined,
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
