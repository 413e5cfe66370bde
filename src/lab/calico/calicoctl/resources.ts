import type { KubeObject } from '#lab/api/objects.ts'
import type { ResourceType } from '#lab/api/ports.ts'

type Spec = Readonly<Record<string, unknown>>

/** A kind of projectcalico.org/v3, as calicoctl shows it. */
export interface Kind {
  readonly kind: string
  /** What a command line may call it; the first is the plural. */
  readonly names: readonly string[]
  readonly type: ResourceType
  readonly namespaced: boolean
  /** Heads and cells beside the name, plain and wide. */
  readonly columns: readonly (readonly [head: string, cell: (spec: Spec) => string])[]
  readonly wide: readonly (readonly [head: string, cell: (spec: Spec) => string])[]
}

const text =
  (key: string, fallback = '') =>
  (spec: Spec): string =>
    spec[key] === undefined || spec[key] === null ? fallback : String(spec[key])

const crd = (resource: string): ResourceType => ({ group: 'crd.projectcalico.org', version: 'v1', resource })

const kind = (
  name: string,
  plural: string,
  o: Partial<Pick<Kind, 'columns' | 'wide' | 'namespaced'>> & { readonly short?: readonly string[] } = {},
): Kind => ({
  kind: name,
  names: [plural, name.toLowerCase(), ...(o.short ?? [])],
  type: crd(plural),
  namespaced: o.namespaced ?? false,
  columns: o.columns ?? [],
  wide: o.wide ?? o.columns ?? [],
})

const selectorAndOrder = [
  ['ORDER', text('order', '<default>')],
  ['SELECTOR', text('selector')],
] as const

/** Columns of projectcalico/calico:calicoctl/calicoctl/resourcemgr. */
export const kinds: readonly Kind[] = [
  kind('IPPool', 'ippools', {
    short: ['ipp', 'ipps', 'pool', 'pools'],
    columns: [
      ['CIDR', text('cidr')],
      ['SELECTOR', text('nodeSelector')],
    ],
    wide: [
      ['CIDR', text('cidr')],
      ['NAT', text('natOutgoing', 'false')],
      ['IPIPMODE', text('ipipMode', 'Never')],
      ['VXLANMODE', text('vxlanMode', 'Never')],
      ['DISABLED', text('disabled', 'false')],
      ['DISABLEBGPEXPORT', text('disableBGPExport', 'false')],
      ['SELECTOR', text('nodeSelector')],
    ],
  }),
  kind('BGPPeer', 'bgppeers', {
    short: ['bgpp', 'bgpps', 'bp', 'bps'],
    columns: [
      ['PEERIP', text('peerIP')],
      ['NODE', (spec) => text('node')(spec) || text('nodeSelector')(spec) || '(global)'],
      ['ASN', text('asNumber', '0')],
    ],
  }),
  kind('BGPConfiguration', 'bgpconfigurations', {
    short: ['bgpconfig', 'bgpconfigs'],
    columns: [
      ['LOGSEVERITY', text('logSeverityScreen')],
      ['MESHENABLED', text('nodeToNodeMeshEnabled')],
      ['ASNUMBER', text('asNumber', '-')],
    ],
  }),
  kind('BGPFilter', 'bgpfilters'),
  kind('FelixConfiguration', 'felixconfigurations', { short: ['felixconfig', 'felixconfigs'] }),
  kind('ClusterInformation', 'clusterinformations', { short: ['clusterinfo', 'clusterinfos'] }),
  kind('KubeControllersConfiguration', 'kubecontrollersconfigurations', {
    short: ['kubecontrollersconfig', 'kubecontrollersconfigs'],
  }),
  kind('HostEndpoint', 'hostendpoints', {
    short: ['hep', 'heps'],
    columns: [['NODE', text('node')]],
    wide: [
      ['NODE', text('node')],
      ['INTERFACE', text('interfaceName')],
      ['IPS', list('expectedIPs')],
      ['PROFILES', list('profiles')],
    ],
  }),
  kind('GlobalNetworkPolicy', 'globalnetworkpolicies', { short: ['gnp', 'gnps'], wide: selectorAndOrder }),
  kind('NetworkPolicy', 'networkpolicies', {
    short: ['np', 'policy', 'policies', 'pol', 'pols'],
    namespaced: true,
    wide: selectorAndOrder,
  }),
  kind('GlobalNetworkSet', 'globalnetworksets', { short: ['gns'] }),
  kind('NetworkSet', 'networksets', { short: ['netset', 'netsets'], namespaced: true }),
  kind('Tier', 'tiers', { columns: [['ORDER', text('order', '<default>')]] }),
  kind('IPReservation', 'ipreservations'),
  kind('BlockAffinity', 'blockaffinities', {
    columns: [
      ['CIDR', text('cidr')],
      ['NODE', text('node')],
    ],
  }),
]

function list(key: string): (spec: Spec) => string {
  return (spec) => {
    const value = spec[key]
    return Array.isArray(value) ? value.join(',') : ''
  }
}

export const kindNamed = (name: string): Kind | undefined =>
  kinds.find(({ names, kind: own }) => names.includes(name.toLowerCase()) || own === name)

const metadataKey = 'projectcalico.org/metadata'

/** The v3 resource behind a stored object: its own metadata stands in an annotation (libcalico-go/lib/backend/k8s/resources). */
export function toV3(kindOf: Kind, object: KubeObject): Record<string, unknown> {
  const {
    annotations = {},
    managedFields: _,
    ...metadata
  } = object.metadata as typeof object.metadata & {
    readonly managedFields?: unknown // what the server keeps beside the rest
  }
  const kept = Object.fromEntries(
    Object.entries(annotations).filter(
      ([key]) => key !== metadataKey && !key.startsWith('kubectl.kubernetes.io/'),
    ),
  )
  const { generation: __, ...rest } = metadata as typeof metadata & { readonly generation?: number } // calicoctl shows none
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: kindOf.kind,
    metadata: { ...rest, ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }) },
    spec: specOf(object),
  }
}

/** Whatever has a spec shows it. */
export const specOf = (object: KubeObject): Spec => ('spec' in object ? ((object.spec ?? {}) as Spec) : {})
