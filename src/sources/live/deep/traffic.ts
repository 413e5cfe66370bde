/**
 * Stage 3, where pods do not reach each other though calico-node is well on their nodes: packets between nodes are looked for at
 * both ends. What leaves one machine and never comes to the other was lost between them.
 */

import type { Facts } from '#cluster/facts.ts'
import { trafficSymptoms } from '#cluster/pod-traffic.ts'
import { calicoNodePodOf, isHeardOf, isReady } from '#cluster/queries.ts'
import { symptomsOf } from '#cluster/symptoms.ts'
import type { NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { type Captured, captured } from '#sources/live/deep/capture.ts'
import { lostOrArrived } from '#sources/live/deep/lost-or-arrived.ts'
import { filterOf, targetsOf } from '#sources/live/deep/overlay-packets.ts'
import { readTests } from '#sources/live/deep/pod-tests.ts'
import { joined, nothing, type Reading } from '#sources/reading.ts'

/** Long enough for a probe of ten seconds, and for what TCP sends again. */
const seconds = 10
/** Who listens begins no later and ends later. */
const listeningSeconds = seconds + 2
const sendersMax = 2
const receiversMax = 3

/**
 * Captures what leaves a node or two whose pods are in trouble, then the same once more together with what comes in at the nodes
 * that it is sent to; where packets arrive, and pods fail all the same, tries one of the connections by itself. Takes some twenty
 * seconds and about ten commands, and only where pods fail and calico-node is well.
 */
export async function readTraffic(
  context: LiveContext,
  {
    shell,
    facts,
    tell = () => {},
  }: { readonly shell: NodeShell; readonly facts: Facts; readonly tell?: (says: string) => void },
): Promise<Reading> {
  const senders = sendersIn(facts)
  const filter = filterOf(facts)
  if (filter === undefined || senders.length === 0) return nothing
  tell(`packets that leave ${senders.join(' and ')}, captured at both ends (about 20 s)`)
  const outOf = (): Promise<readonly Captured[]> =>
    all(senders.map((node) => captured(context, { shell, node, direction: 'out', seconds, filter })))

  const receivers = busiest((await outOf()).flatMap((out) => targetsOf(facts, out)))
  if (receivers.length === 0) return nothing
  const into = receivers.map((node) =>
    captured(context, { shell, node, direction: 'in', seconds: listeningSeconds, filter }),
  )
  const [sent, arrived] = await Promise.all([outOf(), all(into)])
  const packets = joined(
    sent.flatMap((out) => arrived.map((listened) => lostOrArrived(facts, { out, listened }))),
  )
  return isLost(packets) ? packets : joined([packets, await readTests(context, { shell, facts, sent })])
}

/** Then it is known what becomes of them. */
const isLost = ({ rows }: Reading): boolean =>
  rows.some(({ relation, row }) => relation === 'captures' && row.shows === 'nothing')

const all = async (captures: readonly Promise<Captured | undefined>[]): Promise<readonly Captured[]> =>
  (await Promise.all(captures)).filter((one) => one !== undefined)

/** Nodes on which pods are in trouble, and calico-node is not. */
export const sendersIn = (facts: Facts): readonly string[] =>
  [
    ...new Set(
      symptomsOf(facts)
        .filter(({ id, when }) => when === 'now' && isOfTraffic.has(id))
        .flatMap(({ about }) => (about.kind === 'node' ? [about.name] : [])),
    ),
  ]
    .filter((node) => isWell(facts, node))
    .toSorted()
    .slice(0, sendersMax)

const isOfTraffic: ReadonlySet<string> = new Set(trafficSymptoms)

function isWell(facts: Facts, node: string): boolean {
  const pod = calicoNodePodOf(facts, node)
  return pod !== undefined && isReady(pod) === true && isHeardOf(facts, node)
}

/** To whom most was sent. */
const busiest = (targets: readonly string[]): readonly string[] =>
  [...Map.groupBy(targets, (node) => node)]
    .toSorted(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
    .slice(0, receiversMax)
    .map(([node]) => node)
