/** Nodes whose own addresses lie inside the ranges that are given to pods or Services. */
import { bareAddress, familyOf, holds, overlaps as isOverlapping, oddInterface } from '#cluster/addresses.ts'
import type { Fact, Provenance, Reads } from '#cluster/facts.ts'
import type { PodRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'

export interface Overlap {
  readonly what: 'pods' | 'services'
  readonly range: string
  /** Where the range is written: an IPPool's name, a setting. */
  readonly by: string
  /** Nodes inside it, by name where it is known, with their address. */
  readonly nodes: readonly { readonly name: string | undefined; readonly address: string }[]
  /** A person's words are among what it was reckoned from, or addresses that programs dialled. */
  readonly isTold: boolean
  readonly from: Provenance
}

export type OverlapRelations =
  | 'nodes'
  | 'calicoNodes'
  | 'pods'
  | 'links'
  | 'ipPools'
  | 'ipamBlocks'
  | 'settings'
  | 'messages'
  | 'endpoints'

interface Range extends Omit<Overlap, 'nodes'> {}

/** One for each range that holds addresses of nodes. Disabled pools, and pools that are not for pods, give nothing away. */
export function overlaps(view: Reads<OverlapRelations>): readonly Overlap[] {
  const nodes = nodeAddresses(view)
  const others = [...dialledHosts(view), ...toldNetworks(view)].map((address) => ({
    name: undefined,
    address,
  }))
  return rangesOf(view).flatMap((range) => {
    const inside = nodes.filter(({ address }) => holds(range.range, address))
    if (inside.length > 0) return [{ ...range, nodes: inside }]
    const reckoned = others.filter(({ address }) => isOverlapping(range.range, address))
    return reckoned.length === 0 ? [] : [{ ...range, nodes: reckoned, isTold: true }]
  })
}

/** As Kubernetes, Calico, the pods on the host's network, or the host's own interfaces tell them; each once. */
export function nodeAddresses(view: Reads<OverlapRelations>): Overlap['nodes'] {
  const told = [
    ...view
      .rows('nodes')
      .flatMap(({ name, internalIp, calicoIpv4 }) =>
        [internalIp, calicoIpv4].map((address) => ({ name, address })),
      ),
    ...view.rows('calicoNodes').map(({ name, ipv4 }) => ({ name, address: ipv4 })),
    // calico-node runs on the host's network: its address is the node's.
    ...view
      .rows('pods')
      .filter(({ component }) => component === 'calico-node')
      .map(({ node, ip }) => ({ name: node, address: ip })),
    ...view
      .rows('links')
      .filter(({ name, in: where }) => where === 'host' && oddInterface(name) === undefined)
      .flatMap(({ node, addresses = [] }) =>
        addresses.map((address) => ({ name: node === '' ? undefined : node, address })),
      ),
    ...view.rows('calicoNodes').map(({ name, internalIp }) => ({ name, address: internalIp })),
    // The API server runs on the host's network.
    ...view
      .rows('endpoints')
      .filter(({ namespace, name }) => namespace === 'default' && name === 'kubernetes')
      .flatMap(({ addresses }) => addresses.map((address) => ({ name: undefined, address }))),
  ].flatMap(({ name, address }) => (address === undefined ? [] : [{ name, address: bareAddress(address) }]))
  return [
    ...new Map(
      told.filter(({ address }) => familyOf(address) !== undefined).map((one) => [one.address, one]),
    ).values(),
  ]
}

/** Addresses that were dialled at ports of programs that only hosts run: API server, etcd, kubelet, Typha, BGP. */
const dialledHosts = (view: Reads<'messages'>): readonly string[] => [
  ...new Set(
    view
      .rows('messages')
      .flatMap(({ message: { params } }) =>
        hostPorts.has(params.port ?? '') && familyOf(params.address ?? '') !== undefined
          ? [bareAddress(params.address ?? '')]
          : [],
      ),
  ),
]

const hostPorts: ReadonlySet<string> = new Set(['6443', '2379', '2380', '10250', '5473', '179'])

/** Networks of which somebody says that the machines are in them. */
const toldNetworks = (view: Reads<'settings'>): readonly string[] =>
  settingsNamed(view, 'other', 'nodeSubnet').map(({ value }) => value)

/** The pool of manifests that nobody edited. */
export const defaultPool = '192.168.0.0/16'

/**
 * A pod with an address of its own out of the default pool's range in which nodes live, too, where no range is shown: most likely
 * the pool is the default one and holds the nodes.
 */
export function podInDefaultPool(view: Reads<OverlapRelations>): Fact<PodRow> | undefined {
  if (view.rows('ipPools').length > 0 || view.rows('ipamBlocks').length > 0) return undefined
  const nodes = nodeAddresses(view).map(({ address }) => address)
  if (!nodes.some((address) => holds(defaultPool, address))) return undefined
  return view
    .rows('pods')
    .find(
      ({ ip, hostNetwork }) =>
        ip !== undefined &&
        hostNetwork !== true &&
        holds(defaultPool, ip) &&
        !nodes.includes(bareAddress(ip)),
    )
}

const rangesOf = (view: Reads<OverlapRelations>): readonly Range[] => [
  ...view
    .rows('ipPools')
    .filter(({ disabled, allowedUses }) => !disabled && (allowedUses ?? ['Workload']).includes('Workload'))
    .map(
      ({ name, cidr, from }): Range => ({
        what: 'pods',
        range: cidr,
        by: `the pool ${name}`,
        isTold: false,
        from,
      }),
    ),
  // Listings without a pool's modes: whether it is disabled is not shown, or another listing says so.
  ...view
    .rows('ipamBlocks')
    .filter(({ kind, cidr }) => kind === 'pool' && !view.rows('ipPools').some((pool) => pool.cidr === cidr))
    .map(({ cidr, from }): Range => ({ what: 'pods', range: cidr, by: 'a pool', isTold: false, from })),
  ...podSettings.flatMap((name) => settingRanges(view, name, 'pods')),
  ...serviceSettings.flatMap((name) => settingRanges(view, name, 'services')),
]

/** Dual-stack settings hold two ranges with a comma between. */
const settingRanges = (view: Reads<'settings'>, name: string, what: Overlap['what']): readonly Range[] =>
  settingsNamed(view, sources, name).flatMap(({ value, in: whose, from }) =>
    value
      .split(',')
      .map((range): Range => ({ what, range: range.trim(), by: name, isTold: whose === 'told', from })),
  )

const sources = ['other', 'env', 'Installation', 'kube-proxy', 'apiserver', 'cni'] as const
const podSettings = [
  'podSubnet',
  'cluster-cidr',
  'clusterCIDR',
  'CALICO_IPV4POOL_CIDR',
  'calicoNetwork.ipPools.cidr',
]
const serviceSettings = ['serviceSubnet', 'service-cluster-ip-range', 'serviceCIDRs']
