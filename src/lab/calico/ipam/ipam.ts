import type { BlockAffinity, IPAMBlock, IPAMHandle, IPPool, KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type Kube, KubeError, type ResourceType, resources } from '#lab/api/ports.ts'
import { contains, toAddress, toPrefix } from '#lab/calico/bird/prefix.ts'
import { confirmedOf } from '#lab/calico/ipam/affinities.ts'
import {
  type AllocationAttributes,
  allocate,
  blockCandidates,
  cidrName,
  emptyBlock,
  type IsReserved,
  inUse,
  nothingReserved,
  releaseHandle,
} from '#lab/calico/ipam/block.ts'
import {
  allocationRules,
  IpamError,
  type PoolChoice,
  reservations,
  usablePools,
} from '#lab/calico/ipam/rules.ts'
import type { Log } from '#lab/calico/log.ts'

const apiVersion = 'crd.projectcalico.org/v1'
const attemptsMax = 100

export { IpamError, type PoolChoice }

/** Who wants an address. */
interface Request {
  readonly node: string
  readonly handle: string
  readonly attributes: AllocationAttributes
}

interface Search extends Request {
  readonly isReserved: IsReserved
}

export interface Assigned {
  readonly address: string
  readonly block: string
}

/**
 * Calico's address management over the Kubernetes datastore (projectcalico/calico:libcalico-go/lib/ipam/ipam.go).
 * Every write carries the resourceVersion that was read, so two nodes never get one address; a lost race is run again.
 * Not imitated: requested addresses, IPv6, several addresses at once, blocks given up when a pool no longer selects their node.
 */
export class Ipam {
  readonly #kube: Kube
  readonly #log: Log | undefined

  constructor(kube: Kube, log?: Log) {
    this.#kube = kube
    this.#log = log
  }

  /** One address for `handle`: from the node's blocks, else a new block, else borrowed. Rejects with IpamError, KubeError. */
  async assign(o: Request & { readonly from?: PoolChoice }): Promise<Assigned> {
    const isReserved = await reservations(this.#kube)
    const pools = await usablePools(this.#kube, o.node, o.from ?? { use: 'Workload' })
    const own = await this.#ownBlocks(o.node, pools)
    const search = { ...o, isReserved }
    for (const cidr of own) {
      const got = await this.#fromBlock(cidr, search)
      if (got) return got
    }
    this.#log?.info('ipam.go 521', 'Ran out of existing affine blocks for host', { host: o.node })
    return this.#fromElsewhere(pools, own.length, search)
  }

  /** What the cluster's IPAMConfig allows beyond the blocks that the node has. */
  async #fromElsewhere(pools: readonly IPPool[], owned: number, o: Search): Promise<Assigned> {
    const { strictAffinity, autoAllocateBlocks, blocksMax } = await allocationRules(this.#kube)
    if (owned >= blocksMax) {
      const says = `Unable to allocate a new IPAM block; host already has ${owned} blocks but blocks per host limit is ${blocksMax}`
      this.#log?.warn('ipam.go 733', says)
      throw new IpamError('cannot allocate new block due to per host block limit')
    }
    if (!autoAllocateBlocks) throw new IpamError('failed to find or claim a block')
    const fresh = await this.#fromNewBlock(pools, { ...o, strictAffinity })
    if (fresh) return fresh
    if (strictAffinity) throw shortage('No more free affine blocks and strict affinity enabled')
    return this.#borrowed(pools, o)
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

  async #ownBlocks(node: string, pools: readonly IPPool[]): Promise<readonly string[]> {
    const { items } = await this.#kube.list<BlockAffinity>({ type: resources.blockAffinities })
    return (confirmedOf(items).get(node) ?? []).filter((cidr) =>
      pools.some((pool) => isWithin(cidr, pool.spec.cidr)),
    )
  }

  async #fromBlock(
    cidr: string,
    o: Pick<Search, 'handle' | 'attributes' | 'isReserved'>,
  ): Promise<Assigned | undefined> {
    return this.#again(async () => {
      const block = await this.#get<IPAMBlock>(resources.ipamBlocks, cidrName(cidr))
      const got = block && allocate(block.spec, o.handle, o.attributes, o.isReserved)
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
    o: Search & { readonly strictAffinity: boolean },
  ): Promise<Assigned | undefined> {
    const says = 'Tried all affine blocks. Looking for an affine block with space, or a new unclaimed block'
    this.#log?.info('ipam.go 538', says, { host: o.node })
    for (const pool of pools)
      for (const cidr of blockCandidates(pool.spec.cidr, pool.spec.blockSize ?? 26, o.node)) {
        if (isWholeReserved(cidr, o.isReserved) || !(await this.#claim(cidr, o))) continue
        const got = await this.#fromBlock(cidr, o)
        if (got) return got
      }
    this.#log?.info('ipam.go 543', 'No free blocks available for allocation', { host: o.node })
    return undefined
  }

  /**
   * Pending affinity, block, confirmed affinity: the node that creates the block has it. Two calls of one node may do
   * this at once, and a claim that was cut short is taken up again.
   */
  async #claim(
    cidr: string,
    { node, strictAffinity }: { readonly node: string; readonly strictAffinity: boolean },
  ): Promise<boolean> {
    const known = await this.#get<IPAMBlock>(resources.ipamBlocks, cidrName(cidr))
    if (known && !isUsable(known, node)) return false
    await this.#setAffinity(cidr, node, 'pending')
    if (!known) await this.#createBlock(cidr, emptyBlock(cidr, node, strictAffinity))
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

  async #createBlock(cidr: string, spec: IPAMBlock['spec']): Promise<void> {
    try {
      await this.#kube.create<IPAMBlock>(resources.ipamBlocks, {
        apiVersion,
        kind: 'IPAMBlock',
        metadata: { name: cidrName(cidr) },
        spec,
      })
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error
    }
  }

  /** From another node's block; the address gets a route of its own. Each pool is walked as for a new block. */
  async #borrowed(pools: readonly IPPool[], o: Search): Promise<Assigned> {
    const host = { host: o.node }
    this.#log?.info('ipam.go 791', 'Attempting to assign 1 more addresses from non-affine blocks', host)
    const { items } = await this.#kube.list<IPAMBlock>({ type: resources.ipamBlocks })
    const blocks = new Map(items.map(({ spec }) => [spec.cidr, spec]))
    for (const { spec } of pools) {
      for (const cidr of blockCandidates(spec.cidr, spec.blockSize ?? 26, o.node)) {
        const block = blocks.get(cidr)
        if (block === undefined || block.unallocated.length === 0 || block.deleted) continue
        const got = await this.#fromBlock(cidr, o)
        if (got === undefined) continue
        this.#log?.info('ipam.go 835', `Successfully assigned IPs from non-affine block ${cidr}`, host)
        return got
      }
      this.#log?.warn('ipam.go 805', `All addresses exhausted in pool ${spec.cidr}`, host)
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

/** Blocks are looked at by both ends only: a reservation is a range. */
const isWholeReserved = (cidr: string, isReserved: IsReserved): boolean => {
  if (isReserved === nothingReserved) return false
  const { base, length } = toPrefix(cidr)
  return isReserved(toAddress(base)) && isReserved(toAddress(base + 2 ** (32 - length) - 1))
}

const isUsable = ({ spec }: IPAMBlock, node: string): boolean =>
  spec.affinity === `host:${node}` && spec.unallocated.length > 0

const shortage = (why: string): IpamError =>
  new IpamError(`failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; ${why}`)

function isWithin(inner: string, outer: string): boolean {
  return contains(toPrefix(outer), toPrefix(inner))
}
