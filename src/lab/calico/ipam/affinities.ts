import type { BlockAffinity } from '#lab/api/objects.ts'

/** The blocks that each node has for sure, by node, in the order of the list: worked out once for each list, since every pod asks. */
export function confirmedOf(affinities: readonly BlockAffinity[]): ReadonlyMap<string, readonly string[]> {
  const known = byList.get(affinities)
  if (known !== undefined) return known
  const blocks = new Map<string, string[]>()
  for (const { spec } of affinities) {
    if (spec.deleted === 'true' || spec.state !== 'confirmed') continue
    const own = blocks.get(spec.node)
    if (own === undefined) blocks.set(spec.node, [spec.cidr])
    else own.push(spec.cidr)
  }
  byList.set(affinities, blocks)
  return blocks
}

/** Lists are frozen, and the same for all who ask while nothing has changed. */
const byList = new WeakMap<readonly BlockAffinity[], ReadonlyMap<string, readonly string[]>>()
