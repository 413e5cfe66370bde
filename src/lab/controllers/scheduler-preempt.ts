/**
 * Whom a pod of higher priority drives away: kubernetes/kubernetes:pkg/scheduler/framework/preemption/preemption.go,
 * plugins/defaultpreemption/default_preemption.go. Not imitated: PodDisruptionBudgets (they would only order the candidates),
 * a random start among the nodes.
 */
import type { Node, Pod } from '#lab/api/objects.ts'
import type { Fit, Misfit } from '#lab/controllers/scheduler-fit.ts'

export interface Preemption {
  readonly node: Node
  readonly victims: readonly Pod[]
}

export interface Verdict {
  readonly node: Node
  readonly misfit: Misfit
}

/** The node where least is lost; or for each node why nothing is won there. */
export function preemption(
  pod: Pod,
  fit: Fit,
  verdicts: readonly Verdict[],
): { readonly found: Preemption } | { readonly reasons: readonly string[] | string } {
  const unfit = notEligible(pod, fit)
  if (unfit !== undefined) return { reasons: unfit }
  const candidates: Preemption[] = []
  const reasons = verdicts.map(({ node, misfit }) => {
    if (misfit.final) return notHelpful
    const lower = fit.on(node).filter((each) => priority(each) < priority(pod))
    if (lower.length === 0) return 'No preemption victims found for incoming pod'
    const still = fit.misfit(node, lower)
    if (still !== undefined) return still.reasons[0] ?? notHelpful
    candidates.push({ node, victims: reprieved(node, lower, fit) })
    return ''
  })
  const best = candidates.reduce<Preemption | undefined>(
    (a, b) => (a === undefined || compare(b, a) < 0 ? b : a),
    undefined,
  )
  return best === undefined ? { reasons } : { found: best }
}

/** A pod waits for those that it drove away already. */
function notEligible(pod: Pod, fit: Fit): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
  const nominated = fit.nodes.find(({ metadata }) => metadata.name === pod.status.nominatedNodeName)
  const leaving =
    nominated !== undefined &&
    fit
      .on(nominated)
      .some((each) => priority(each) < priority(pod) && each.metadata.deletionTimestamp !== undefined)
  return leaving ? 'not eligible due to a terminating pod on the nominated node.' : undefined
}

const notHelpful = 'Preemption is not helpful for scheduling'

const priority = ({ spec }: Pod): number => spec.priority ?? 0

/** As many as possible stay, the important ones first. */
function reprieved(node: Node, lower: readonly Pod[], fit: Fit): readonly Pod[] {
  let victims = [...lower]
  const importantFirst = [...lower].sort(
    (a, b) =>
      priority(b) - priority(a) ||
      started(a).localeCompare(started(b)) ||
      (a.metadata.name < b.metadata.name ? -1 : 1),
  )
  for (const pod of importantFirst) {
    const without = victims.filter((each) => each !== pod)
    if (fit.misfit(node, without) === undefined) victims = without
  }
  return victims
}

const started = ({ status, metadata }: Pod): string => status.startTime ?? metadata.creationTimestamp

/** The lowest of the highest victims, then the smallest sum, then the fewest, then the name. */
function compare(a: Preemption, b: Preemption): number {
  const highest = ({ victims }: Preemption): number => Math.max(...victims.map(priority))
  const sum = ({ victims }: Preemption): number => victims.reduce((total, each) => total + priority(each), 0)
  return (
    highest(a) - highest(b) ||
    sum(a) - sum(b) ||
    a.victims.length - b.victims.length ||
    (a.node.metadata.name < b.node.metadata.name ? -1 : 1)
  )
}
