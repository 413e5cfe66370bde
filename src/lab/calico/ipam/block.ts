import type { IPAMBlock } from '#lab/api/objects.ts'
import { showPrefix, toAddress, toNumber, toPrefix } from '#lab/calico/bird/prefix.ts'

/** Arithmetic on allocation blocks (projectcalico/calico:libcalico-go/lib/ipam/ipam_block.go). Nothing here is stored. */

export type BlockSpec = IPAMBlock['spec']

/** Who has an address: kept with it, for people and for the garbage collector. */
export type AllocationAttributes = Readonly<Record<string, string>>

/** `10-244-0-0-26`: how Calico names objects after CIDRs. */
export const cidrName = (cidr: string): string => cidr.replaceAll(/[./:]/g, '-')

export function emptyBlock(cidr: string, node: string, strictAffinity = false): BlockSpec {
  const size = 2 ** (32 - toPrefix(cidr).length)
  return {
    cidr,
    affinity: `host:${node}`,
    strictAffinity,
    allocations: Array.from({ length: size }, () => null),
    unallocated: Array.from({ length: size }, (_, i) => i),
    attributes: [],
    deleted: false,
    sequenceNumber: 0,
    sequenceNumberForAllocation: {},
  }
}

/** Addresses that are never given out. */
export type IsReserved = (address: string) => boolean

export const nothingReserved: IsReserved = () => false

/** The block with its first free address that is not reserved given to `handle`; undefined when it has none. */
export function allocate(
  block: BlockSpec,
  handle: string,
  attributes: AllocationAttributes,
  isReserved: IsReserved = nothingReserved,
): { readonly block: BlockSpec; readonly address: string } | undefined {
  const at = block.unallocated.findIndex((each) => !isReserved(addressOf(block, each)))
  const ordinal = block.unallocated[at]
  if (ordinal === undefined) return undefined
  const unallocated = block.unallocated.toSpliced(at, 1)
  const wanted = { handle_id: handle, secondary: attributes }
  const text = JSON.stringify(wanted)
  const known = block.attributes.findIndex(
    (each) => each.handle_id === handle && JSON.stringify(each) === text,
  )
  const index = known < 0 ? block.attributes.length : known
  const sequence = block.sequenceNumber ?? 0
  return {
    address: addressOf(block, ordinal),
    block: {
      ...block,
      allocations: block.allocations.map((each, i) => (i === ordinal ? index : each)),
      unallocated,
      attributes: known < 0 ? [...block.attributes, wanted] : block.attributes,
      sequenceNumber: sequence + 1,
      sequenceNumberForAllocation: { ...block.sequenceNumberForAllocation, [ordinal]: sequence },
    },
  }
}

/** The block without what `handle` had, or without one address of it; freed addresses go to the end of the queue, so that they rest a while. */
export function releaseHandle(
  block: BlockSpec,
  handle: string,
  only?: string,
): { readonly block: BlockSpec; readonly released: readonly string[] } {
  const isHandle = isOneOf(block, handle)
  const freed = block.allocations.flatMap((index, ordinal) =>
    index !== null && isHandle.has(index) && (only === undefined || addressOf(block, ordinal) === only)
      ? [ordinal]
      : [],
  )
  const kept = block.allocations.map((index, ordinal) => (freed.includes(ordinal) ? null : index))
  const used = [...new Set(kept.filter((index) => index !== null))].sort((a, b) => a - b)
  const moved = new Map(used.map((index, now) => [index, now]))
  const sequences = { ...block.sequenceNumberForAllocation }
  for (const ordinal of freed) delete sequences[ordinal]
  return {
    released: freed.map((ordinal) => addressOf(block, ordinal)),
    block: {
      ...block,
      allocations: kept.map((index) => (index === null ? null : (moved.get(index) ?? null))),
      unallocated: [...block.unallocated, ...freed],
      attributes: used.flatMap((index) => block.attributes.slice(index, index + 1)),
      sequenceNumber: (block.sequenceNumber ?? 0) + 1,
      sequenceNumberForAllocation: sequences,
    },
  }
}

/** Which attributes of a block are a handle's, whose case does not count. */
function isOneOf({ attributes }: BlockSpec, handle: string): ReadonlySet<number> {
  const wanted = handle.toLowerCase()
  const found = new Set<number>()
  for (const [index, { handle_id = '' }] of attributes.entries())
    if (handle_id?.length === wanted.length && handle_id.toLowerCase() === wanted) found.add(index)
  return found
}

/** Every address in use with the handle that has it. */
export function inUse(block: BlockSpec): readonly { readonly address: string; readonly handle: string }[] {
  return block.allocations.flatMap((index, ordinal) =>
    index === null
      ? []
      : [{ address: addressOf(block, ordinal), handle: block.attributes[index]?.handle_id ?? '' }],
  )
}

export const addressOf = (block: BlockSpec, ordinal: number): string =>
  toAddress(toNumber(block.cidr.split('/')[0] ?? '') + ordinal)

/**
 * The blocks of a pool in the order in which a node tries them: from a place that its name decides, once around
 * (randomBlockGenerator in libcalico-go/lib/ipam/ipam_block_reader_writer.go).
 */
export function* blockCandidates(pool: string, blockSize: number, node: string): Generator<string> {
  const { base, length } = toPrefix(pool)
  if (blockSize < length) return // a pool that is smaller than one of its blocks has none
  const count = 2 ** (blockSize - length)
  const step = 2 ** (32 - blockSize)
  const start = hash(`${blockSize}${node}`) % count
  for (let i = 0; i < count; i++)
    yield showPrefix({ base: base + ((start + i) % count) * step, length: blockSize })
}

/** FNV-1a */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
