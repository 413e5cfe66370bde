import type { Facts } from '#cluster/facts.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { Captured, Seen } from '#sources/live/deep/capture.ts'
import { packetsOutside, targetOf } from '#sources/live/deep/overlay-packets.ts'
import { nothing, partial, type Reading, type ReadRow } from '#sources/reading.ts'

interface Ends {
  readonly out: Captured
  readonly listened: Captured
}

/** One packet that does not arrive may have been the last before the end; of two, one had its time. */
const packetsMin = 2

/** What left one node for the other: with what arrived of it; or, where nothing did and all was heard, with that. */
export function lostOrArrived(facts: Facts, { out, listened }: Ends): Reading {
  const heard = Map.groupBy(packetsOutside(listened), waysOf)
  const sent = packetsOutside(out).filter(
    ({ packet }) => targetOf(facts, out.node, packet.destination) === listened.node,
  )
  const rows = [...Map.groupBy(sent, waysOf)].flatMap(([way, packets]) => {
    const [first] = packets
    const [arrived] = heard.get(way) ?? []
    if (first === undefined) return []
    if (arrived !== undefined) return [rowOf(out, first), rowOf(listened, arrived)]
    return listened.isFull || packets.length < packetsMin ? [] : [rowOf(out, first), silence(listened, first)]
  })
  if (rows.length === 0) return nothing
  const covered = [out, listened].map(({ node }) => ({
    relation: 'captures' as const,
    coverage: partial,
    about: nodeSubject(node),
  }))
  return { rows, covered }
}

const waysOf = ({ packet }: Seen): string => `${packet.protocol} ${packet.source} ${packet.destination}`

const rowOf = ({ node, from }: Captured, { packet, line }: Seen): ReadRow => ({
  relation: 'captures',
  row: { node, ...packet },
  from: from(line),
})

function silence({ node, packets, from }: Captured, { packet }: Seen): ReadRow {
  const { protocol, source = '', destination = '' } = packet
  const quote = `${packets.length} packets captured, none from ${source} to ${destination}`
  return {
    relation: 'captures',
    row: { node, protocol, source, destination, shows: 'nothing' },
    from: from(quote),
  }
}
