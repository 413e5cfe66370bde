import { bgpComplaints, downReason } from '#cluster/bgp-complaints.ts'
import type { Fact, Subject } from '#cluster/facts.ts'
import { calicoNodeContainer, calicoNodePodAt, isReady, nodeWithAddress } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isSameSubject, nodeSubject } from '#cluster/subjects.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  hasSign,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'
import { type Shrinking, shrinkingLists } from '#failures/bgp-session-timers/shrinking.ts'

export interface TimersState {
  /** It ends by itself: BIRD has just started. Else sessions are lost again and again. */
  readonly isStart: boolean
}

type Names = 'messages' | 'bgpSessions' | 'pods' | 'nodes' | 'remarks'

/**
 * Finds sessions that are slow or flap for reasons of time: BIRD waits for graceful restart after its start, hold timers that
 * are too short expire, or both ends do not agree about them.
 *
 * @see projectcalico/calico:node/pkg/health/bird/bird.go (graceful restart in progress)
 * @see bird:nest/proto.c (graceful_restart_show_status)
 */
export const detector = defineDetector<TimersState, Names>({
  needs: ['messages', 'bgpSessions'],
  uses: ['pods', 'nodes', 'remarks'],
  judges: 'node',
  detect: (view) => {
    const starting = [
      ...messageSigns(view, waiting, { endedBy: ['bird/graceful-restart-done'] }),
      ...shrinkingLists(view)
        .filter(({ lines }) => lines.some(({ atMs }) => isRecent(view, atMs)))
        .flatMap((list) => ofList(view, list)),
      ...ofWaitingSessions(view),
      // In a cluster that is looked at now, a calico-node that is ready has waited; who pastes it asks what it was.
    ].filter(({ about }) => view.isComplaint === true || !isEndedWell(view, about))
    const signs = [...starting, ...messageSigns(view, flapping, { ofAnyAge: true })]
    return findingsOf([...signs, ...(signs.length === 0 ? [] : circumstances(view))], {
      judges: 'node',
      conclude: (own) =>
        hasSign(own, 'decisive') || hasSign(own, 'strong')
          ? {
              says: starting.some((one) => own.includes(one))
                ? 'BIRD has just started and waits for its sessions; they come by themselves'
                : 'BGP sessions are refused, or lost again and again, for reasons of time (hold timers)',
              state: { isStart: starting.some((one) => own.includes(one)) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const waiting: Readonly<Record<string, MessageSign>> = {
  'health/graceful-restart': ['strong', 'BIRD waits for graceful restart, up to 240 s after a start'],
  'bird/recovery-in-progress': ['strong', 'BIRD waits for graceful restart, up to 240 s after a start'],
  'bird/recovery-waiting': ({ message: { params } }) => [
    'weak',
    `BIRD still waits for ${params.count} sessions`,
  ],
}

const flapping: Readonly<Record<string, MessageSign>> = {
  'bgp/unacceptable-hold-time': ['decisive', 'the two ends do not agree about hold times'],
  'bgp/hold-timer-expired': (row) =>
    isRepeated(row)
      ? ['strong', `hold timers expire again and again, with ${row.message.params.protocol ?? 'a peer'}`]
      : ['weak', 'a hold timer expired'],
}

const halfAnHourMs = 30 * 60_000

/** Once, it is a peer that went away; several times, hours apart, it came back each time. */
const isRepeated = ({ count, atMs, firstAtMs }: Fact<MessageRow>): boolean =>
  count > 1 && atMs !== undefined && firstAtMs !== undefined && atMs - firstAtMs >= halfAnHourMs

function ofList(view: View<Names>, { about, steps, lines, left }: Shrinking): readonly Sign[] {
  const says = `the list of peers that are missing gets shorter by itself (${left.length} left)`
  const isDown = left.some((peer) => downReason(nodeWithAddress(view, peer)) !== undefined)
  const isProven = isEndedWell(view, about) || (steps > 1 && isWaiting(view))
  const weight = isDown ? 'weak' : isProven ? 'decisive' : 'strong'
  return lines.map((line) => sign(line, weight, says, about))
}

/** calico-node is ready there by now, or all its sessions are up. */
function isEndedWell(view: View<Names>, about: Subject): boolean {
  const pod = calicoNodePodAt(view, about)
  const own = view.rows('bgpSessions').filter(({ node }) => isSameSubject(nodeSubject(node), about))
  return (pod !== undefined && isReady(pod) === true) || (own.length > 0 && own.every(({ up }) => up))
}

const isWaiting = (view: View<Names>): boolean =>
  view.rows('messages').some(({ message }) => Object.hasOwn(waiting, message.id))

const ofWaitingSessions = (view: View<Names>): readonly Sign[] =>
  bgpComplaints(view)
    .filter(({ trouble }) => trouble === 'waiting')
    .map(({ from, by }) => sign({ from }, 'strong', 'sessions are up and wait for their routes', by))

const circumstances = (view: View<Names>): readonly Sign[] => [
  ...view
    .rows('remarks')
    .filter(({ says }) => says === 'heals-by-itself')
    .map((row) => sign(row, 'weak', 'it heals by itself')),
  ...view.rows('messages').flatMap((row) => {
    if (row.message.id === 'bird/io-loop-slow')
      return [sign({ from: row.from }, 'against', 'BIRD did not get the processor in time')]
    return []
  }),
  ...view.rows('pods').flatMap((pod) => {
    const startedAtMs = pod.component === 'calico-node' ? calicoNodeContainer(pod)?.startedAtMs : undefined
    const isFresh = startedAtMs !== undefined && view.observedAtMs - startedAtMs < freshMs
    return isFresh ? [sign(pod, 'weak', `${pod.name} has just started`, nodeSubject(pod.node))] : []
  }),
]

/** As long as BIRD waits for graceful restart at most. */
const freshMs = 240_000
