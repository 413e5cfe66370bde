import type { Fact, Reads } from '#cluster/facts.ts'
import type { EventRow } from '#cluster/relations.ts'

/** How often a node went in and out of Ready while events were kept (an hour by default), and what kubelet did meanwhile. */
export interface NodeTransitions {
  readonly notReady: number
  readonly ready: number
  readonly kubeletStarts: number
  readonly reboots: number
  readonly firstAtMs: number | undefined
  readonly lastAtMs: number | undefined
  /** The events behind the figures, oldest first. */
  readonly events: readonly Fact<EventRow>[]
}

/**
 * @see kubernetes/kubernetes:pkg/kubelet/kubelet_node_status.go (NodeReady, NodeNotReady, Rebooted, Starting)
 * @see kubernetes/kubernetes:pkg/controller/util/node/controller_utils.go (NodeNotReady of the node controller)
 */
export function nodeTransitions(facts: Reads<'events'>, node: string): NodeTransitions {
  const events = facts
    .rows('events')
    .filter((event) => event.about.kind === 'Node' && event.about.name === node && tells(event))
    .toSorted((a, b) => (a.lastAtMs ?? 0) - (b.lastAtMs ?? 0))
  const times = events
    .flatMap(({ firstAtMs, lastAtMs }) => [firstAtMs, lastAtMs])
    .filter((at) => at !== undefined)
  return {
    notReady: ofOneReporter(events, 'NodeNotReady'),
    ready: ofOneReporter(events, 'NodeReady'),
    kubeletStarts: ofOneReporter(events, 'Starting'),
    reboots: ofOneReporter(events, 'Rebooted'),
    firstAtMs: times.length === 0 ? undefined : Math.min(...times),
    lastAtMs: times.length === 0 ? undefined : Math.max(...times),
    events,
  }
}

/** A reboot takes the node out of Ready once and starts kubelet once; those count for the reboot. */
export const unexplainedDrops = ({ notReady, reboots }: NodeTransitions): number =>
  Math.max(0, notReady - reboots)

export const unexplainedStarts = ({ kubeletStarts, reboots }: NodeTransitions): number =>
  Math.max(0, kubeletStarts - reboots)

/**
 * Out of Ready twice; or kubelet started three times and the node fell out with one of them; or four starts of kubelet;
 * none of it due to a reboot, and over more than two minutes.
 */
export function isFlapping(transitions: NodeTransitions): boolean {
  const { firstAtMs, lastAtMs } = transitions
  const isOneMoment = firstAtMs !== undefined && lastAtMs !== undefined && lastAtMs - firstAtMs < 120_000
  if (isOneMoment) return false
  const drops = unexplainedDrops(transitions)
  const starts = unexplainedStarts(transitions)
  return drops >= 2 || (drops >= 1 && starts >= 3) || starts >= 4
}

/** `2 × NodeNotReady, 3 × NodeReady, kubelet started 3 times` */
export const figures = ({ notReady, ready, kubeletStarts, reboots }: NodeTransitions): string =>
  [
    `${notReady} × NodeNotReady`,
    `${ready} × NodeReady`,
    kubeletStarts > 0 && `kubelet started ${kubeletStarts} times`,
    reboots > 0 && `rebooted ${reboots} times`,
  ]
    .filter(Boolean)
    .join(', ')

const reasons = new Set(['NodeReady', 'NodeNotReady', 'Rebooted'])

/** kube-proxy records a `Starting` of its own on the node. */
const tells = (event: EventRow): boolean =>
  reasons.has(event.reason) || (event.reason === 'Starting' && event.message === 'Starting kubelet.')

/** kubelet and the node controller both record one and the same transition, so their counts are not added up. */
function ofOneReporter(events: readonly EventRow[], reason: string): number {
  const byReporter = new Map<string, number>()
  for (const event of events)
    if (event.reason === reason) {
      const reporter = event.component ?? ''
      byReporter.set(reporter, (byReporter.get(reporter) ?? 0) + event.count)
    }
  return Math.max(0, ...byReporter.values())
}
