/** What the cluster's owner has said about addresses: which pools may be used, what is reserved, how blocks are given out. */
import type { IPPool, KubeObject, Node } from '#lab/api/objects.ts'
import { type Kube, KubeError, type ResourceType, resources } from '#lab/api/ports.ts'
import { contains, toPrefix } from '#lab/calico/bird/prefix.ts'
import { type IsReserved, nothingReserved } from '#lab/calico/ipam/block.ts'
import { calicoSelector } from '#lab/calico/selector.ts'

/** No address, in libcalico's words. */
export class IpamError extends Error {}

/** Which pools an address may come from, and what it is for. */
export interface PoolChoice {
  readonly use: 'Workload' | 'Tunnel'
  /** Asked for by CIDR: used whatever their node selectors say. */
  readonly requested?: readonly string[]
  has?(pool: IPPool): boolean
}

export interface AllocationRules {
  readonly strictAffinity: boolean
  readonly autoAllocateBlocks: boolean
  readonly blocksMax: number
}

/** `maxBlocksPerHost` where IPAMConfig says nothing (libcalico-go/lib/ipam/ipam.go). */
const usualBlocksMax = 20

export interface IpamConfigSpec {
  readonly strictAffinity?: boolean
  readonly autoAllocateBlocks?: boolean
  readonly maxBlocksPerHost?: number
}

type IPAMConfig = KubeObject & { readonly spec?: IpamConfigSpec }

interface IPReservation extends KubeObject {
  readonly spec: { readonly reservedCIDRs?: readonly string[] }
}

const reservationType: ResourceType = {
  group: 'crd.projectcalico.org',
  version: 'v1',
  resource: 'ipreservations',
}

/** IPAMConfig `default`, which need not be there. */
export async function allocationRules(kube: Kube): Promise<AllocationRules> {
  const known = await orNone(() => kube.get<IPAMConfig>({ type: resources.ipamConfigs, name: 'default' }))
  const { strictAffinity = false, autoAllocateBlocks = true, maxBlocksPerHost = 0 } = known?.spec ?? {}
  return { strictAffinity, autoAllocateBlocks, blocksMax: maxBlocksPerHost || usualBlocksMax }
}

/** What the IPReservations together keep back. */
export async function reservations(kube: Kube): Promise<IsReserved> {
  const { items } = await kube.list<IPReservation>({ type: reservationType })
  const ranges = items
    .flatMap(({ spec }) => spec.reservedCIDRs ?? [])
    .filter((cidr) => !cidr.includes(':'))
    .map((cidr) => toPrefix(cidr.includes('/') ? cidr : `${cidr}/32`))
  if (ranges.length === 0) return nothingReserved
  return (address) => ranges.some((range) => contains(range, toPrefix(`${address}/32`)))
}

/**
 * The pools that an address for this node may come from, in the order of their names (determinePools and filterPoolsByUse in
 * libcalico-go/lib/ipam/ipam.go). Rejects with {@link IpamError} where there is none.
 */
export async function usablePools(kube: Kube, node: string, from: PoolChoice): Promise<readonly IPPool[]> {
  const { items } = await kube.list<IPPool>({ type: resources.ipPools })
  const enabled = items.filter(({ spec }) => !spec.disabled && !spec.cidr.includes(':'))
  if (enabled.length === 0) throw new IpamError('cannot find a qualified ippool')
  const { requested = [] } = from
  const matching =
    requested.length > 0
      ? requested.map((cidr) => poolOf(cidr, enabled))
      : await selecting(kube, node, enabled)
  const wanted = matching.filter((pool) => from.has?.(pool) ?? true)
  if (wanted.length === 0) throw new IpamError(`no configured Calico pools for node ${node}`)
  const usable = wanted.filter(({ spec }) => spec.allowedUses?.includes(from.use) ?? true)
  if (usable.length === 0)
    throw new IpamError(`cannot find a qualified ippool, no pools match the required use (${from.use})`)
  return usable
}

function poolOf(cidr: string, enabled: readonly IPPool[]): IPPool {
  const found = enabled.find(({ spec }) => spec.cidr === cidr)
  if (found === undefined) throw new IpamError(`the given pool (${cidr}) does not exist, or is not enabled`)
  return found
}

/** The node is read only where some pool asks for labels. */
async function selecting(kube: Kube, node: string, pools: readonly IPPool[]): Promise<readonly IPPool[]> {
  if (pools.every(({ spec }) => isForAll(spec.nodeSelector))) return pools
  const { metadata } = await kube.get<Node>({ type: resources.nodes, name: node })
  return pools.filter(({ spec }) => calicoSelector(spec.nodeSelector ?? '')(metadata.labels))
}

const isForAll = (selector = ''): boolean => ['', 'all()'].includes(selector.trim())

/** Pools asked for by name or CIDR, as CIDRs (cni-plugin/internal/pkg/utils/utils.go, ResolvePools). */
export async function resolvePools(kube: Kube, asked: readonly string[]): Promise<readonly string[]> {
  if (asked.length === 0) return []
  const { items } = await kube.list<IPPool>({ type: resources.ipPools })
  return asked.map((each) => {
    if (/^\d+(\.\d+){3}\/\d+$/.test(each)) return each
    const found = items.find(({ metadata }) => metadata.name === each)
    if (found !== undefined) return found.spec.cidr
    throw new IpamError(`error parsing pool ${JSON.stringify(each)}: invalid CIDR address: ${each}`)
  })
}

async function orNone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof KubeError && error.code === 404) return undefined
    throw error
  }
}
