/** Guards: an ordered list of small functions, each of which may refuse a plan, with its arithmetic and the flag that overrides it. */
import type { Facts } from '#cluster/facts.ts'
import { calicoNodePodOf, conditionOf } from '#cluster/queries.ts'
import type { NodeRow } from '#cluster/relations.ts'
import { isSameSubject, renderSubject } from '#cluster/subjects.ts'
import type { Cause, Diagnosis } from '#diagnosis/types.ts'
import type { Disruption, Plan } from '#repair/types.ts'

/** Everything guards judge by. Plain data: whoever calls has read it. */
export interface GuardView {
  readonly plan: Plan
  /** The observation the plan was made from, and one after it. */
  readonly first: Diagnosis
  readonly second: Diagnosis
  readonly facts: Facts
  /** Every step's effect is there already: acting means doing nothing. */
  readonly allDone: boolean
  /** A repair that was begun goes on: its causes were seen twice then, and may be half mended now. */
  readonly resuming: boolean
  /** What identified the cluster when the plan was made, and what does now; undefined where it could not be read. */
  readonly cluster: { readonly planned: string | undefined; readonly now: string | undefined }
  readonly goal: 'restore' | 'rca'
  /** Where the data for a later analysis was saved. */
  readonly gathered: string | undefined
  readonly maxDisruption: Disruption
  /** Somebody else's lease on one of the plan's nodes. */
  readonly otherRepairer: { readonly holder: string; readonly forMs: number } | undefined
  /** Why no lease of ours keeps others away, where none does. */
  readonly unheld?: string
  readonly limits: GuardLimits
}

export interface GuardLimits {
  /** Share of nodes that may be unavailable at once, in [0, 1]. */
  readonly unavailableShareMax: number
  /** From this share of nodes with the same cause on it is no longer a matter of single nodes. */
  readonly systemicShare: number
}

export const defaultLimits: GuardLimits = { unavailableShareMax: 1 / 3, systemicShare: 1 / 2 }

export interface GuardAnswer {
  readonly guard: string
  readonly answer: 'proceed' | 'warn' | 'refuse'
  /** One sentence with the numbers it rests on. */
  readonly says: string
  /** What the user may type to overrule a refusal. */
  readonly flag?: string
  readonly overridden?: boolean
}

type Guard = (view: GuardView) => Omit<GuardAnswer, 'guard'>

const proceed = (says: string) => ({ answer: 'proceed', says }) as const
const warn = (says: string) => ({ answer: 'warn', says }) as const
const refuse = (says: string, flag: string) => ({ answer: 'refuse', says, flag }) as const

export const guards: Readonly<Record<string, Guard>> = {
  'same-cluster': ({ cluster: { planned, now } }) => {
    if (planned === undefined || now === undefined)
      return warn(
        'whether this is still the cluster of the plan cannot be read (uid of the namespace kube-system)',
      )
    if (planned === now) return proceed(`the cluster is the one the plan was made for (${now})`)
    return refuse(`the plan was made for cluster ${planned}, this is ${now}`, '--any-cluster')
  },

  'seen-twice': ({ plan, first, second, allDone, resuming }) => {
    if (resuming) return proceed('this was judged when the repair began')
    if (allDone) return proceed('every step is done already')
    const [before, after] = [causeOf(first, plan), causeOf(second, plan)]
    const gapMs = second.observedAtMs - first.observedAtMs
    if (before !== undefined && after !== undefined)
      return proceed(`seen twice, ${Math.round(gapMs / 1000)} s apart`)
    const when = before === undefined ? 'the first' : 'the second'
    return refuse(
      `${renderSubject(plan.about)} did not have this cause at ${when} of two looks`,
      '--seen-once',
    )
  },

  'max-disruption': ({ plan, maxDisruption }) =>
    order.indexOf(plan.disruption) <= order.indexOf(maxDisruption)
      ? proceed(`the plan costs at most: ${plan.disruption}; allowed: ${maxDisruption}`)
      : refuse(
          `the plan may cost: ${plan.disruption}; allowed: ${maxDisruption}`,
          `--max-disruption ${plan.disruption}`,
        ),

  'not-systemic': ({ plan, second, facts, limits }) => {
    const nodes = facts.rows('nodes').length
    const struck = second.causes.filter(
      ({ mode, finding }) => mode.id === plan.mode && finding.about.kind === 'node',
    )
    if (struck.length < 2 || struck.length < nodes * limits.systemicShare)
      return proceed(`${struck.length} of ${nodes} nodes have this cause`)
    return refuse(
      `${struck.length} of ${nodes} nodes have this cause: find what they share before mending node by node`,
      '--even-if-systemic',
    )
  },

  'unavailable-share': ({ plan, facts, limits }) => {
    const nodes = facts.rows('nodes')
    const down = nodes.filter((node) => isUnavailable(node, facts))
    const target = plan.about.kind === 'node' ? plan.about.name : undefined
    const adds =
      plan.disruption !== 'none' && target !== undefined && !down.some(({ name }) => name === target) ? 1 : 0
    const after = down.length + adds
    const says = `${down.length} of ${nodes.length} nodes are unavailable, the plan adds ${adds}; the limit is ${percent(limits.unavailableShareMax)}`
    // A plan that takes nothing away may run on any number; one broken node is always allowed.
    if (plan.disruption === 'none' || after <= Math.max(1, nodes.length * limits.unavailableShareMax))
      return proceed(says)
    return refuse(says, '--max-unavailable 100%')
  },

  'control-plane': ({ plan, facts }) => {
    const control = facts.rows('nodes').filter(isControlPlane)
    const target = control.find(({ name }) => plan.about.kind === 'node' && name === plan.about.name)
    if (target === undefined || plan.disruption === 'none')
      return proceed('no control-plane node is disrupted')
    const others = control.filter(({ name }) => name !== target.name)
    const down = others.filter((node) => isUnavailable(node, facts))
    if (down.length > 0)
      return refuse(
        `${target.name} is a control-plane node and ${down.map(({ name }) => name).join(', ')} of the others is unavailable`,
        '--even-control-plane',
      )
    if (others.length === 0) return warn(`${target.name} is the only control-plane node`)
    return proceed(`${others.length} other control-plane nodes are available`)
  },

  alone: ({ otherRepairer, unheld }) => {
    if (otherRepairer !== undefined)
      return refuse(
        `${otherRepairer.holder} is repairing this node (their lease lasts another ${Math.ceil(otherRepairer.forMs / 1000)} s)`,
        '--ignore-lease',
      )
    if (unheld !== undefined) return warn(`nothing keeps others from repairing this node: ${unheld}`)
    return proceed('nobody else repairs this node')
  },

  'data-gathered': ({ goal, gathered }) => {
    if (gathered !== undefined) return proceed(`the data was saved to ${gathered}`)
    if (goal === 'restore') return proceed('only restoring counts (--goal restore)')
    return refuse(
      'the repair would change what a later analysis needs, and nothing was gathered',
      '--goal restore',
    )
  },
}

/** Every guard's answer, in order. `overrides`: flags the user typed; what they overrule no longer refuses. */
export function judgeGuards(
  view: GuardView,
  overrides: ReadonlySet<string> = new Set(),
): readonly GuardAnswer[] {
  return Object.entries(guards).map(([guard, judge]) => {
    const answer = judge(view)
    const overridden = answer.answer === 'refuse' && answer.flag !== undefined && overrides.has(answer.flag)
    return { guard, ...answer, ...(overridden ? { overridden } : {}) }
  })
}

/** The answers that stop a plan. */
export const refusals = (answers: readonly GuardAnswer[]): readonly GuardAnswer[] =>
  answers.filter(({ answer, overridden }) => answer === 'refuse' && overridden !== true)

const order: readonly Disruption[] = ['none', 'pod', 'node']

const causeOf = (diagnosis: Diagnosis, plan: Plan): Cause | undefined =>
  [...diagnosis.causes, ...diagnosis.preventive].find(
    ({ mode, finding }) => mode.id === plan.mode && isSameSubject(finding.about, plan.about),
  )

/** Not Ready, cordoned, or without a working calico-node: nothing new can be put there. */
function isUnavailable(node: NodeRow, facts: Facts): boolean {
  if (node.unschedulable || conditionOf(node, 'Ready')?.status !== 'True') return true
  const pod = calicoNodePodOf(facts, node.name)
  return pod !== undefined && pod.ready === false
}

const isControlPlane = ({ labels }: NodeRow): boolean =>
  'node-role.kubernetes.io/control-plane' in labels || 'node-role.kubernetes.io/master' in labels

const percent = (share: number): string => `${Math.round(share * 100)} %`
