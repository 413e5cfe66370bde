/** The policies that the provider keeps in every cluster, for HostEndpoints by their role. */
import type { Draft, KubeObject } from '#lab/api/objects.ts'

type Rule = Readonly<Record<string, unknown>>

const policy = (
  name: string,
  order: number,
  role: 'worker_public' | 'worker_private',
  rules: Readonly<Record<string, unknown>>,
): Draft<KubeObject> => ({
  apiVersion: 'crd.projectcalico.org/v1',
  kind: 'GlobalNetworkPolicy',
  metadata: { name: `default.${name}` },
  ...{ spec: { order, selector: `ibm.role == '${role}'`, ...rules } },
})

const allow = (more: Rule = {}): Rule => ({ action: 'Allow', source: {}, destination: {}, ...more })
const inbound = (...ingress: readonly Rule[]): Readonly<Record<string, unknown>> => ({
  types: ['Ingress'],
  ingress,
})

/** As objects their names carry the tier: `default.allow-icmp`. `podCidr`: 172.30.0.0/16. */
export const defaultPolicies = (podCidr: string): readonly Draft<KubeObject>[] => [
  policy('allow-icmp', 1500, 'worker_public', inbound(allow({ protocol: 'ICMP', icmp: { type: 8 } }))),
  policy('allow-node-port-dnat', 1500, 'worker_public', {
    ...inbound(allow({ destination: { nets: [podCidr] } })),
    applyOnForward: true,
  }),
  policy('allow-vrrp', 1500, 'worker_public', inbound(allow({ protocol: 112 }))),
  policy('allow-all-outbound', 1900, 'worker_public', { types: ['Egress'], egress: [allow()] }),
  policy(
    'allow-bigfix-port',
    1900,
    'worker_public',
    inbound(
      allow({ protocol: 'TCP', destination: { ports: [52_311] } }),
      allow({ protocol: 'UDP', destination: { ports: [52_311] } }),
    ),
  ),
  policy('allow-sys-mgmt', 1950, 'worker_public', inbound(allow({ source: { nets: managementRanges } }))),
  policy('allow-all-private-default', 100_000, 'worker_private', {
    types: ['Ingress', 'Egress'],
    ingress: [allow()],
    egress: [allow()],
  }),
]

/** Whence the provider's machines look after workers; the real list is long and changes. */
const managementRanges = ['10.0.64.0/19', '10.200.80.0/20']
