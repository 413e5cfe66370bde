/** Pools that do not fit each other or the cluster, by arithmetic. */
import { bareAddress, familyOf, holds, overlaps } from '#cluster/addresses.ts'
import type { Fact, Provenance, Reads } from '#cluster/facts.ts'
import type { IpPoolRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

export type PoolReads = 'ipPools' | 'settings' | 'pods' | 'calicoNodes'

export const poolSigns = (view: Reads<PoolReads>): readonly Sign[] => [
  ...overlapping(view),
  ...smallerThanBlock(view),
  ...unsupported(view),
  ...outsideOfCluster(view),
  ...hostMasks(view),
]

/** The API refuses this today; older ones and kubectl did not. */
function overlapping(view: Reads<'ipPools'>): readonly Sign[] {
  const pools = view.rows('ipPools')
  return pools.flatMap((row, at) => {
    const other = pools.slice(at + 1).find(({ cidr, name }) => name !== row.name && overlaps(cidr, row.cidr))
    return other === undefined
      ? []
      : [sign(row, 'decisive', `the pools ${row.name} and ${other.name} overlap`)]
  })
}

const smallerThanBlock = (view: Reads<'ipPools'>): readonly Sign[] =>
  view.rows('ipPools').flatMap((row) => {
    const { blockSize, disabled, name, cidr } = row
    const length = Number(cidr.slice(cidr.indexOf('/') + 1))
    const smallest = blockSize ?? (familyOf(cidr) === 6 ? 122 : 26)
    return disabled || !(length > smallest)
      ? []
      : [
          sign(
            row,
            'decisive',
            `the pool ${name} (/${length}) is smaller than one of its blocks (/${smallest})`,
          ),
        ]
  })

/** IP-in-IP carries IPv4 only. */
const unsupported = (view: Reads<'ipPools'>): readonly Sign[] =>
  view
    .rows('ipPools')
    .filter(({ cidr, encapsulation }) => familyOf(cidr) === 6 && encapsulation.startsWith('ipip'))
    .map((row) => sign(row, 'decisive', `the pool ${row.name} is of IPv6 and asks for IP-in-IP`))

interface Range {
  readonly range: string
  readonly row: { readonly from: Provenance; readonly node?: string | undefined }
}

/**
 * No pool for pods lies inside the range that Kubernetes believes is the pods': kube-proxy and cloud routes then take pods for
 * strangers. One pool beside the range is often meant so.
 */
function outsideOfCluster(view: Reads<'ipPools' | 'settings'>): readonly Sign[] {
  const own = clusterRanges(view)
  const pools = poolRanges(view)
  return ([4, 6] as const).flatMap((family) => {
    const [ranges, inside] = [own, pools].map((all) => all.filter(({ range }) => familyOf(range) === family))
    const [first] = inside ?? []
    const [cluster] = ranges ?? []
    if (first === undefined || cluster === undefined) return []
    if (inside?.some((pool) => ranges?.some(({ range }) => overlaps(range, pool.range)))) return []
    return [
      sign(
        first.row,
        'decisive',
        `the pool ${first.range} lies outside of the cluster’s pod range ${cluster.range}`,
      ),
    ]
  })
}

const clusterRanges = (view: Reads<'settings'>): readonly Range[] =>
  ['podSubnet', 'cluster-cidr', 'clusterCIDR'].flatMap((name) => rangesIn(view, name))

/** Pools that are there; while none was shown, what calico-node or the operator make the first one of. */
function poolRanges(view: Reads<'ipPools' | 'settings'>): readonly Range[] {
  const pools = view.rows('ipPools').filter(isForPods)
  if (pools.length > 0) return pools.map((row) => ({ range: row.cidr, row }))
  return ['CALICO_IPV4POOL_CIDR', 'CALICO_IPV6POOL_CIDR', 'calicoNetwork.ipPools.cidr'].flatMap((name) =>
    rangesIn(view, name),
  )
}

const isForPods = ({ disabled, allowedUses }: Fact<IpPoolRow>): boolean =>
  !disabled && (allowedUses ?? ['Workload']).includes('Workload')

const rangesIn = (view: Reads<'settings'>, name: string): readonly Range[] =>
  settingsNamed(view, ['other', 'env', 'Installation', 'kube-proxy', 'apiserver'], name).flatMap((row) =>
    row.value
      .split(',')
      .map((range) => ({ range: range.trim(), row }))
      .filter(({ range }) => familyOf(range) !== undefined),
  )

/**
 * Nodes that are registered with /32: no two are then of one subnet, and CrossSubnet packs everything. On clouds whose cards have
 * /32 it is what it is, so it counts only where a pool asks for CrossSubnet, or no pool was shown.
 */
function hostMasks(view: Reads<'calicoNodes' | 'ipPools'>): readonly Sign[] {
  const nodes = view.rows('calicoNodes').filter(({ ipv4 }) => ipv4 !== undefined)
  const single = nodes.filter(({ ipv4 = '' }) => ipv4.endsWith('/32'))
  const [first] = single
  if (first === undefined || single.length < 2 || single.length < nodes.length || !areNeighbours(single))
    return []
  const pools = view.rows('ipPools')
  if (pools.length > 0 && !pools.some(({ encapsulation }) => encapsulation.endsWith('cross-subnet')))
    return []
  return [
    sign(
      first,
      'strong',
      `${single.length} nodes are registered with /32: CrossSubnet takes each for a subnet of its own`,
      { kind: 'cluster' },
    ),
  ]
}

const areNeighbours = (nodes: readonly { readonly ipv4?: string }[]): boolean => {
  const [first = '', ...others] = nodes.map(({ ipv4 = '' }) => bareAddress(ipv4))
  return others.every((address) => holds(`${first}/24`, address))
}
