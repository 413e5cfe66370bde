/**
 * The ladder of least harm, and which of its rungs were tried on a node: a new pod, a reboot, a new machine. What people say was tried
 * counts, and so do the traces that it leaves.
 */
import type { Fact, Provenance, Reads } from '#cluster/facts.ts'
import { calicoNodePods, isReady } from '#cluster/queries.ts'
import type { AttemptAct, AttemptRow, MessageRow, PodRow } from '#cluster/relations.ts'

export type Rung = 'new-pod' | 'reboot' | 'reload'

export interface Tried {
  readonly rung: Rung
  readonly outcome: AttemptRow['outcome']
  /** undefined where nobody said on which node. */
  readonly node: string | undefined
  /** `said`: by a person. `seen`: an event, or a pod that is younger than its siblings. */
  readonly by: 'said' | 'seen'
  readonly from: Provenance
}

const rungs: Partial<Record<AttemptAct, Rung>> = {
  'delete-calico-pod': 'new-pod',
  'restart-calico-node': 'new-pod',
  reboot: 'reboot',
  'reload-worker': 'reload',
  'replace-worker': 'reload',
}

/** Rungs that were tried, as said and as seen. */
export const triedRungs = (facts: Reads<'attempts' | 'events' | 'pods'>): readonly Tried[] => [
  ...facts.rows('attempts').flatMap((row): readonly Tried[] => {
    const rung = rungs[row.act]
    return rung === undefined
      ? []
      : [{ rung, outcome: row.outcome, node: row.node || undefined, by: 'said', from: row.from }]
  }),
  ...facts
    .rows('events')
    .filter(({ about, reason }) => about.kind === 'Node' && reason === 'Rebooted')
    .map(
      (row): Tried => ({
        rung: 'reboot',
        outcome: 'unknown',
        node: row.about.name,
        by: 'seen',
        from: row.from,
      }),
    ),
  ...younger(facts),
]

const muchYounger = 10

/** A calico-node that is much younger than all others was made anew. */
function younger(facts: Reads<'pods'>): readonly Tried[] {
  const pods = calicoNodePods(facts).filter(({ createdAtMs }) => createdAtMs !== undefined)
  const ages = pods.map(({ createdAtMs = 0 }) => facts.observedAtMs - createdAtMs)
  const oldest = Math.max(0, ...ages)
  if (pods.length < 3) return []
  return pods
    .filter(({ createdAtMs = 0 }) => (facts.observedAtMs - createdAtMs) * muchYounger < oldest)
    .map(({ node, from }): Tried => ({ rung: 'new-pod', outcome: 'unknown', node, by: 'seen', from }))
}

/**
 * The calico-nodes that are not ready while most others are: a fault of machines, not of the cluster. Empty where the sick are not
 * fewer than the well, or fewer than three were seen.
 */
export function sickFew(facts: Reads<'pods'>): readonly Fact<PodRow>[] {
  const pods = calicoNodePods(facts).filter(({ deleting }) => !deleting)
  const sick = pods.filter((pod) => isReady(pod) === false)
  const well = pods.filter((pod) => isReady(pod) === true)
  return pods.length >= 3 && sick.length * 2 < well.length + 1 ? sick : []
}

/** The kubelet's words for a kernel that gives no more control groups, whatever forbade it: a new pod gets none. */
export const isWithoutControlGroup = ({ message: { id, params } }: MessageRow): boolean =>
  id === 'kubelet/pod-cgroup-failed' &&
  /resource temporarily unavailable|no space left on device|cannot allocate memory/.test(params.error ?? '')
