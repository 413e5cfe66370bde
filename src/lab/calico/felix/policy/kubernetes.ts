/**
 * Kubernetes' NetworkPolicy in Calico's form (projectcalico/calico:libcalico-go/lib/backend/k8s/conversion/conversion.go,
 * K8sNetworkPolicyToCalico): tier default, order 1000, one rule for each peer and protocol.
 */
import type { KubeObject } from '#lab/api/objects.ts'
import { byLabels, byNamespace, inNamespace } from '#lab/calico/felix/policy/choices.ts'
import {
  anySide,
  both,
  type Choice,
  type Policy,
  type PolicyRule,
  type Side,
} from '#lab/calico/felix/policy/model.ts'
import type { PortRange } from '#lab/network/rule.ts'

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: string
    readonly values?: readonly string[]
  }[]
}

interface Peer {
  readonly podSelector?: LabelSelector
  readonly namespaceSelector?: LabelSelector
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

interface Port {
  readonly protocol?: string
  readonly port?: number | string
  readonly endPort?: number
}

export interface KubeNetworkPolicy extends KubeObject {
  readonly spec: {
    readonly podSelector?: LabelSelector
    readonly policyTypes?: readonly string[]
    readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly Port[] }[]
    readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly Port[] }[]
  }
}

export function kubernetesPolicy({ metadata, spec }: KubeNetworkPolicy): Policy {
  const namespace = metadata.namespace ?? 'default'
  const { policyTypes, ingress = [], egress = [] } = spec
  const types = policyTypes ?? (spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress'])
  const name = `${namespace}/knp.default.${metadata.name}`
  return {
    id: `default/${name}`,
    name,
    tier: 'default',
    order: 1000,
    applies: both(byLabels(podSelectorText(spec.podSelector)), inNamespace(namespace)) as Choice, // of two there is one
    ...(types.includes('Ingress')
      ? { ingress: ingress.flatMap(({ from, ports }) => rules(namespace, from, ports, 'source')) }
      : {}),
    ...(types.includes('Egress')
      ? { egress: egress.flatMap(({ to, ports }) => rules(namespace, to, ports, 'destination')) }
      : {}),
    doNotTrack: false,
    preDnat: false,
    applyOnForward: false,
  }
}

function rules(
  namespace: string,
  peers: readonly Peer[] | undefined,
  ports: readonly Port[] | undefined,
  side: 'source' | 'destination',
): readonly PolicyRule[] {
  const sides =
    peers === undefined || peers.length === 0 ? [anySide] : peers.map((peer) => sideOf(namespace, peer))
  const groups = portGroups(ports)
  return groups.flatMap(({ protocol, ...toPorts }) =>
    sides.map((peer): PolicyRule => {
      const ends =
        side === 'source'
          ? { source: peer, destination: { ...anySide, ...toPorts } }
          : { source: anySide, destination: { ...peer, ...toPorts } }
      return { action: 'Allow', ...(protocol === undefined ? {} : { protocol }), ...ends }
    }),
  )
}

interface PortGroup {
  readonly protocol?: string
  readonly ports: readonly PortRange[]
  readonly namedPorts: readonly string[]
}

/** One group for each protocol. */
function portGroups(ports: readonly Port[] | undefined): readonly PortGroup[] {
  if (ports === undefined || ports.length === 0) return [{ ports: [], namedPorts: [] }]
  const protocols = [...new Set(ports.map(({ protocol = 'TCP' }) => protocol))]
  return protocols.flatMap((protocol): readonly PortGroup[] => {
    const own = ports.filter((each) => (each.protocol ?? 'TCP') === protocol)
    const name = protocol.toLowerCase()
    // A port that is not named at all means every port of the protocol.
    if (own.some(({ port }) => port === undefined)) return [{ protocol: name, ports: [], namedPorts: [] }]
    return [
      {
        protocol: name,
        ports: own.flatMap(({ port, endPort }): readonly PortRange[] => {
          if (typeof port !== 'number') return []
          return [endPort === undefined ? port : [port, endPort]]
        }),
        namedPorts: own.flatMap(({ port }) => (typeof port === 'string' ? [port] : [])),
      },
    ]
  })
}

function sideOf(namespace: string, { podSelector, namespaceSelector, ipBlock }: Peer): Side {
  if (ipBlock !== undefined) return { ...anySide, nets: [ipBlock.cidr], notNets: ipBlock.except ?? [] }
  const where =
    namespaceSelector === undefined
      ? inNamespace(namespace)
      : byNamespace(selectorText(namespaceSelector) || 'all()')
  const choice = both(podSelector === undefined ? undefined : byLabels(podSelectorText(podSelector)), where)
  return choice === undefined ? anySide : { ...anySide, choice }
}

const podSelectorText = (selector: LabelSelector | undefined): string => {
  const own = selectorText(selector)
  const pods = "projectcalico.org/orchestrator == 'k8s'"
  return own === '' ? pods : `${pods} && ${own}`
}

/** In Calico's language; empty for one that selects everything. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): string {
  return [
    ...Object.entries(matchLabels)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key} == '${value}'`),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      const list = `{ ${values.map((value) => `'${value}'`).join(', ')} }`
      switch (operator) {
        case 'In':
          return `${key} in ${list}`
        case 'NotIn':
          return `${key} not in ${list}`
        case 'Exists':
          return `has(${key})`
        default:
          return `! has(${key})`
      }
    }),
  ].join(' && ')
}
