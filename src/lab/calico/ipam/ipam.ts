import type { BlockAffinity, IPAMBlock, IPAMHandle, IPPool, KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type Kube, KubeError, type ResourceType, resources } from '#lab/api/ports.ts'
import { contains, toPrefix } from '#lab/calico/bird/prefix.ts'
import {
  type AllocationAttributes,
  allocate,
  blockCandidates,
  cidrName,
  emptyBlock,
  inUse,
  releaseHandle,
} from '#lab/calico/ipam/block.ts'

const apiVersion = 'crd.projectcalico.org/v1'
const attemptsMax = 100
/** `maxBlocksPerHost` where IPAMConfig says nothing. */
const blocksMax = 20

export interface IpamConfigSpec {
  readonly strictAffinity?: boolean
  readonly maxBlocksPerHost?: number
}

type IPAMConfig = KubeObject & { readonly spec?: IpamConfigSpec }

/** No address, in libcalico's words. */
export class IpamError extends Error {}

/** Which pools an address may come from, and what it is for. */
export interface PoolChoice {
  readonly use: 'Workload' | 'Tunnel'
  has(pool: IPPool): boolean
}

export interface Assigned {
  readonly address: string
  readonly block: string
}

/**
 * Calico's address management over the Kubernetes datastore (projectcalico/calico:libcalico-go/lib/ipam/ipam.go).
 * Every write carries the resourceVersion that was read, so two nodes never get one address; a lost race is run again.
 * IPAMConfig is read only where a node's own blocks do not do.
 * Not imitated: requested addresses, IPv6, reservations, `autoAllocateBlocks: false`, namespace selectors, several addresses at once.
 */
export class Ipam {
  readonly #kube: Kube

  constructor(kube: Kube) {
    this.#kube = kube
  }

  /** One address for `handle`: from the node's blocks, else a new block, else borrowed. Rejects with IpamError, KubeError. */
  async assign(o: {
    readonly node: string
    readonly handle: string
    readonly attributes: AllocationAttributes
    /** Default: any pool, for a pod. */
    readonly from?: PoolChoice
  }): Promise<Assigned> {
    const pools = await this.#pools(o.node, o.from)
    const own = await this.#ownBlocks(o.node, pools)
    for (const cidr of own) {
      const got = await this.#fromBlock(cidr, o)
      if (got) return got
    }
    const { strictAffinity, maxBlocksPerHost } = await this.#config()
    if (own.length >= maxBlocksPerHost)
      throw shortage(
        `Need to allocate an IPAM block but could not - limit of ${maxBlocksPerHost} blocks reached for this node`,
      )
    const fresh = await this.#fromNewBlock(pools, o)
    if (fresh) return fresh
    if (strictAffinity) throw shortage('No more free affine blocks and strict affinity enabled')
    return this.#borrowed(pools, o)
  }

  async #config(): Promise<{ readonly strictAffinity: boolean; readonly maxBlocksPerHost: number }> {
    const kept = await this.#get<IPAMConfig>(resources.ipamConfigs, 'default')
    const { strictAffinity = false, maxBlocksPerHost = 0 } = kept?.spec ?? {}
    return { strictAffinity, maxBlocksPerHost: maxBlocksPerHost === 0 ? blocksMax : maxBlocksPerHost }
  }

  /** Gives back one address, whoever has it: whether somebody had. */
  async releaseAddress(address: string): Promise<boolean> {
    const { items } = await this.#kube.list<IPAMBlock>({ type: resources.ipamBlocks })
    const found = items.find(({ spec }) => isWithin(`${address}/32`, spec.cidr))
    const holder = found && inUse(found.spec).find((each) => each.address === address)?.handle
    if (found === undefined || holder === undefined) return false
    const released = await this.#releaseFrom(found.spec.cidr, holder, address)
    return released.length > 0
  }

  /** Gives back everything that a handle has: the addresses, empty when it had none. */
  async release(handle: string): Promise<readonly string[]> {
    const known = await this.#get<IPAMHandle>(resources.ipamHandles, handle.toLowerCase())
    const released: string[] = []
    for (const cidr of Object.keys(known?.spec.block ?? {}))
      released.push(...(await this.#releaseFrom(cidr, handle)))
    return released
  }

  async #pools(
    node: string,
    { use, has }: PoolChoice = { use: 'Workload', has: () => true },
  ): Promise<readonly IPPool[]> {
    const { items } = await this.#kube.list<IPPool>({ type: resources.ipPools })
    const enabled = items.filter((pool) => !pool.spec.disabled && !pool.spec.cidr.includes(':') && has(pool))
    // Selectors other than all() are not imitated: such a pool is nobody's.
    const qualified = enabled.filter((pool) => ['', 'all()'].includes(pool.spec.nodeSelector ?? ''))
    if (qualified.length === 0) throw new IpamError(`no configured Calico pools for node ${node}`)
    const usable = qualified.filter((pool) => pool.spec.allowedUses?.includes(use) ?? true)
    if (usable.length === 0)
      throw new IpamError(`cannot find a qualified ippool, no pools match the required use (${use})`)
    return usable
  }

  async #ownBlocks(node: string, pools: readonly IPPool[]): Promise<readonly string[]> {
    const { items } = await this.#kube.list<BlockAffinity>({ type: resources.blockAffinities })
    return items
      .filter(({ spec }) => spec.node === node && spec.deleted !== 'true' && spec.state === 'confirmed')
      .map(({ spec }) => spec.cidr)
      .filter((cidr) => pools.some((pool) => isWithin(cidr, pool.spec.cidr)))
  }

  async #fromBlock(
    cidr: string,
    o: { readonly handle: string; readonly attributes: AllocationAttributes },
  ): Promise<Assigned | undefined> {
    return this.#again(async () => {
      const block = await this.#get<IPAMBlock>(resources.ipamBlocks, cidrName(cidr))
      const got = block && allocate(block.spec, o.handle, o.attributes)
      if (!block || !got) return undefined
      await this.#count(o.handle, cidr, 1)
      try {
        await this.#kube.update(resources.ipamBlocks, { ...block, spec: got.block })
      } catch (error) {
        await this.#count(o.handle, cidr, -1)
        throw error
      }
      return { address: got.address, block: cidr }
    })
  }

  async #fromNewBlock(
    pools: readonly IPPool[],
    o: { readonly node: string; readonly handle: string; readonly attributes: AllocationAttributes },
  ): Promise<Assigned | undefined> {
    for (const pool of pools)
      for (const cidr of blockCandidates(pool.spec.cidr, pool.spec.blockSize ?? 26, o.node)) {
        if (!(await this.#claim(cidr, o.node))) continue
        const got = await this.#fromBlock(cidr, o)
        if (got) return got
      }
    return undefined
  }

  /**
   * Pending affinity, block, confirmed affinity: the node that creates the block has it. Two calls of one node may do
   * this at once, and a claim that was cut short is taken up again.
   */
  async #claim(cidr: string, node: string): Promise<boolean> {
    const known = await this.#get<IPAMBlock>(resources.ipamBlocks, cidrName(cidr))
    if (known && !isUsable(known, node)) return false
    await this.#setAffinity(cidr, node, 'pending')
    if (!known) await this.#createBlock(cidr, node)
    const block = await this.#get<IPAMBlock>(resources.ipamBlocks, cidrName(cidr))
    const ours = block?.spec.affinity === `host:${node}`
    if (ours) await this.#setAffinity(cidr, node, 'confirmed')
    else await this.#dropAffinity(cidr, node)
    return ours
  }

  /** Never takes back a confirmation. */
  async #setAffinity(cidr: string, node: string, state: 'pending' | 'confirmed'): Promise<void> {
    const type = resources.blockAffinities
    const name = `${node}-${cidrName(cidr)}`
    const spec = { cidr, deleted: 'false', node, state, type: 'host' } as const
    await this.#again(async () => {
      const known = await this.#get<BlockAffinity>(type, name)
      if (!known)
        await this.#kube.create<BlockAffinity>(type, {
          apiVersion,
          kind: 'BlockAffinity',
          metadata: { name },
          spec,
        })
      else if (known.spec.state !== state && state === 'confirmed')
        await this.#kube.update(type, { ...known, spec })
    })
  }

  async #dropAffinity(cidr: string, node: string): Promise<void> {
    try {
      await this.#kube.delete({ type: resources.blockAffinities, name: `${node}-${cidrName(cidr)}` })
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error
    }
  }

  async #createBlock(cidr: string, node: string): Promise<void> {
    try {
      await this.#kube.create<IPAMBlock>(resources.ipamBlocks, {
        apiVersion,
        kind: 'IPAMBlock',
        metadata: { name: cidrName(cidr) },
        spec: emptyBlock(cidr, node),
      })
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error
    }
  }

  /** From another node's block; the address gets a route of its own. */
  async #borrowed(
    pools: readonly IPPool[],
    o: { readonly handle: string; readonly attributes: AllocationAttributes },
  ): Promise<Assigned> {
    const { items } = await this.#kube.list<IPAMBlock>({ type: resources.ipamBlocks })
    for (const block of items) {
      if (block.spec.unallocated.length === 0 || block.spec.deleted) continue
      if (!pools.some((pool) => isWithin(block.spec.cidr, pool.spec.cidr))) continue
      const got = await this.#fromBlock(block.spec.cidr, o)
      if (got) return got
    }
    throw shortage(`No IPs available in pools: [${pools.map((pool) => pool.spec.cidr).join(' ')}]`)
  }

  async #releaseFrom(cidr: string, handle: string, only?: string): Promise<readonly string[]> {
    return this.#again(async () => {
      const block = await this.#get<IPAMBlock>(resources.ipamBlocks, cidrName(cidr))
      if (!block) return []
      const { block: spec, released } = releaseHandle(block.spec, handle, only)
      if (released.length > 0) await this.#kube.update(resources.ipamBlocks, { ...block, spec })
      await this.#count(handle, cidr, -released.length)
      return released
    })
  }

  /** Moves what a handle has in a block; a handle that has nothing goes. */
  async #count(handle: string, cidr: string, by: number): Promise<void> {
    const name = handle.toLowerCase()
    await this.#again(async () => {
      const known = await this.#get<IPAMHandle>(resources.ipamHandles, name)
      if (!known && by <= 0) return
      if (!known) {
        const spec = { handleID: handle, block: { [cidr]: by }, deleted: false }
        await this.#kube.create<IPAMHandle>(resources.ipamHandles, {
          apiVersion,
          kind: 'IPAMHandle',
          metadata: { name },
          spec,
        })
        return
      }
      const block = { ...known.spec.block, [cidr]: (known.spec.block[cidr] ?? 0) + by }
      const left = Object.entries(block).filter(([, count]) => count > 0)
      if (left.length === 0) await this.#kube.delete({ type: resources.ipamHandles, name })
      else
        await this.#kube.update(resources.ipamHandles, {
          ...known,
          spec: { ...known.spec, block: Object.fromEntries(left) },
        })
    })
  }

  /** Runs it again while another writer comes first. */
  async #again<T>(attempt: () => Promise<T>): Promise<T> {
    for (let i = 0; i < attemptsMax; i++) {
      try {
        return await attempt()
      } catch (error) {
        const lostRace = isKubeError(error, 'Conflict') || isKubeError(error, 'AlreadyExists')
        if (!lostRace && !isKubeError(error, 'NotFound')) throw error
      }
    }
    throw new IpamError('Max retries hit - excessive concurrent IPAM requests')
  }

  async #get<T extends KubeObject>(type: ResourceType, name: string): Promise<T | undefined> {
    try {
      return await this.#kube.get<T>({ type, name })
    } catch (error) {
      if (error instanceof KubeError && error.code === 404) return undefined
      throw error
    }
  }
}

const isUsable = ({ spec }: IPAMBlock, node: string): boolean =>
  spec.affinity === `host:${node}` && spec.unallocated.length > 0

const shortage = (why: string): IpamError =>
  new IpamError(`failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; ${why}`)

function isWithin(inner: string, outer: string): boolean {
  return contains(toPrefix(outer), toPrefix(inner))
}
