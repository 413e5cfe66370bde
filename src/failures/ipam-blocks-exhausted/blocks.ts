/** What a listing of IPAM's pools and blocks tells about how much room is left. */
import { holds } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { isComplete } from '#cluster/queries.ts'
import type { IpamBlockRow } from '#cluster/relations.ts'
import { numberOf, settingsNamed } from '#cluster/settings.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'

export type BlockReads = 'ipamBlocks' | 'ipPools' | 'nodes' | 'settings'

export const blockSigns = (view: Reads<BlockReads>): readonly Sign[] => [
  ...fullPools(view),
  ...takenBlocks(view),
  ...staleBlocks(view),
  ...sparseBlocks(view),
  ...fullHosts(view),
]

const blocksOf = (view: Reads<'ipamBlocks'>): readonly Fact<IpamBlockRow>[] =>
  view.rows('ipamBlocks').filter(({ kind }) => kind === 'block')

/** A pool of which (nearly) every address is in use. */
const fullPools = (view: Reads<'ipamBlocks'>): readonly Sign[] =>
  view.rows('ipamBlocks').flatMap((row) => {
    const { kind, cidr, total = 0, used = 0 } = row
    if (kind !== 'pool' || total === 0 || used / total < 0.9) return []
    const weight: Weight = used / total >= 0.99 ? 'decisive' : 'strong'
    return [sign({ from: row.from }, weight, `${used} of ${total} addresses of ${cidr} are in use`)]
  })

/** A pool that has as many blocks as fit into it: the next node gets none, however empty they are. */
const takenBlocks = (view: Reads<BlockReads>): readonly Sign[] =>
  poolRanges(view).flatMap((pool) => {
    const own = blocksOf(view).filter(({ cidr }) => holds(pool, cidr))
    const [first] = own
    const capacity = 2 ** (lengthOf(first?.cidr ?? pool) - lengthOf(pool))
    if (first === undefined || own.length < 2 || own.length / capacity < 0.8) return []
    const weight: Weight = own.length >= capacity ? 'decisive' : 'strong'
    return [
      sign(
        { from: first.from },
        weight,
        `${own.length} of the ${capacity} blocks that fit into ${pool} are taken`,
      ),
    ]
  })

const poolRanges = (view: Reads<'ipamBlocks' | 'ipPools'>): readonly string[] => [
  ...new Set([
    ...view.rows('ipPools').map(({ cidr }) => cidr),
    ...view.rows('ipamBlocks').flatMap(({ kind, cidr }) => (kind === 'pool' ? [cidr] : [])),
  ]),
]

const lengthOf = (cidr: string): number => Number(cidr.slice(cidr.indexOf('/') + 1))

/** Blocks of nodes that are no more. Only a whole list of nodes tells that one is missing. */
function staleBlocks(view: Reads<BlockReads>): readonly Sign[] {
  const names = new Set(view.rows('nodes').map(({ name }) => name))
  if (!isComplete(view.coverage('nodes')) || names.size === 0) return []
  const stale = blocksOf(view).filter(({ node }) => node !== undefined && node !== null && !names.has(node))
  const [first] = stale
  if (first === undefined) return []
  const gone = [...new Set(stale.map(({ node }) => node))]
  const says = `${stale.length} blocks belong to nodes that are no more: ${gone.slice(0, 3).join(', ')}`
  return [sign({ from: first.from }, stale.length > 1 ? 'strong' : 'weak', says)]
}

const fewMax = 2
const largeMin = 16

/** Many blocks with hardly an address in them, more than there are nodes: mostly those of nodes that are gone. */
function sparseBlocks(view: Reads<BlockReads>): readonly Sign[] {
  const counted = blocksOf(view).filter(({ used, total }) => used !== undefined && (total ?? 0) >= largeMin)
  const sparse = counted.filter(({ used }) => (used ?? 0) <= fewMax)
  const [first] = sparse
  const nodes = view.rows('nodes').length
  const isMany = sparse.length >= 3 && sparse.length * 2 >= counted.length
  if (first === undefined || !isMany || (nodes > 0 && counted.length <= nodes)) return []
  return [
    sign(
      { from: first.from },
      'strong',
      `${sparse.length} of ${counted.length} blocks hold at most ${fewMax} addresses`,
    ),
  ]
}

/** Where nobody set it, a node may hold so many blocks. @see projectcalico/calico:libcalico-go/lib/ipam/ipam.go */
const blocksPerHostMax = 20

function fullHosts(view: Reads<BlockReads>): readonly Sign[] {
  const own = settingsNamed(view, 'IPAMConfig', 'maxBlocksPerHost').map(numberOf)[0]
  const max = own === undefined || own === 0 ? blocksPerHostMax : own
  const byNode = Map.groupBy(blocksOf(view), ({ node }) => node ?? '')
  return [...byNode].flatMap(([node, blocks]) => {
    const [first] = blocks
    if (node === '' || first === undefined || blocks.length < max) return []
    return [
      sign({ from: first.from }, 'strong', `${node} holds ${blocks.length} blocks, and ${max} is the limit`),
    ]
  })
}
