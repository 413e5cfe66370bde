/**
 * Stage 3, where BGP sessions wait for a call that does not come: who calls instead. A call from an address that is no node's reaches
 * no log where sessions have passwords, since the kernel drops it before BIRD sees it.
 */

import type { Facts } from '#cluster/facts.ts'
import { registeredAddresses } from '#cluster/node-addresses.ts'
import type { BgpSessionRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { type Captured, captured } from '#sources/live/deep/capture.ts'
import { joined, nothing, partial, type Reading, type ReadRow } from '#sources/reading.ts'

/** BIRD dials every few seconds: nest and bgp defaults of Calico's template, connect delay 2 s, retry 5 s. */
const seconds = 10
const nodesMax = 2

/** Listens on a node or two whose silent sessions are passive. Tells only of callers that are no nodes. */
export async function readCallers(
  context: LiveContext,
  { shell, facts }: { readonly shell: NodeShell; readonly facts: Facts },
): Promise<Reading> {
  const nodes = calledIn(facts)
  const heard = await Promise.all(
    nodes.map((node) =>
      captured(context, { shell, node, direction: 'in', seconds, filter: 'tcp dst port 179' }),
    ),
  )
  return joined(heard.map((each) => (each === undefined ? nothing : strangersIn(facts, each))))
}

/** Nodes that wait to be called, those with most such sessions first. */
const calledIn = (facts: Facts): readonly string[] =>
  [...Map.groupBy(facts.rows('bgpSessions').filter(isWaiting), ({ node }) => node)]
    .toSorted(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
    .slice(0, nodesMax)
    .map(([node]) => node)

const isWaiting = ({ up, state, info }: BgpSessionRow): boolean =>
  !up && state === 'Passive' && (info === undefined || info.includes('Hold timer expired'))

function strangersIn(facts: Facts, { node, packets, from }: Captured): Reading {
  const known = new Set(registeredAddresses(facts).map(({ address }) => address))
  const strangers = packets.filter(({ packet: { source } }) => source !== undefined && !known.has(source))
  const rows = [...Map.groupBy(strangers, ({ packet }) => packet.source)].flatMap(([, [first]]): ReadRow[] =>
    first === undefined
      ? []
      : [{ relation: 'captures', row: { node, ...first.packet }, from: from(first.line) }],
  )
  if (rows.length === 0) return nothing
  return { rows, covered: [{ relation: 'captures', coverage: partial, about: nodeSubject(node) }] }
}
