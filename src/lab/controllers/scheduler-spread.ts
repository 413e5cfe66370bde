/** Over which domains pods are spread: kubernetes/kubernetes:pkg/scheduler/framework/plugins/podtopologyspread. Not imitated: matchLabelKeys. */
import type { LabelSelector, Node, Pod } from '#lab/api/objects.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import { Domains, hostname, type Neighbourhood, namespaceOf } from '#lab/controllers/scheduler-domains.ts'

interface Constraint {
  readonly key: string
  readonly selector: LabelSelector
  readonly hard: boolean
  readonly maxSkew: number
}

/** A rule that spreads pods over domains. */
export interface Spread extends Pick<Constraint, 'hard' | 'maxSkew'> {
  /** How many pods of the constraint are in the node's domain; pods that are going do not count. Undefined: the node lacks the label. */
  readonly count: (node: Node, gone?: readonly Pod[]) => number | undefined
}

export const spreadOf = (pod: Pod, where: Neighbourhood): readonly Spread[] =>
  constraintsOf(pod).map(({ key, selector, hard, maxSkew }) => {
    const aim = { namespaces: [namespaceOf(pod)], test: selectorTest(selector), staying: true } as const
    const domains = new Domains({ ...aim, key, where })
    return { hard, maxSkew, count: (node, gone) => domains.count(node, gone) }
  })

function constraintsOf({ spec, metadata }: Pod): readonly Constraint[] {
  const constraints = (spec.topologySpreadConstraints ?? []) as readonly {
    readonly topologyKey?: string
    readonly labelSelector?: LabelSelector
    readonly whenUnsatisfiable?: string
    readonly maxSkew?: number
  }[] // checked by the server
  const asked = constraints.map(
    ({ topologyKey = hostname, labelSelector = {}, whenUnsatisfiable, maxSkew = 1 }) => ({
      key: topologyKey,
      selector: labelSelector,
      hard: whenUnsatisfiable === 'DoNotSchedule',
      maxSkew,
    }),
  )
  if (asked.length > 0) return asked
  // The default constraints spread the pods of one owner softly.
  const hash = metadata.labels?.['pod-template-hash']
  return hash === undefined
    ? []
    : [{ key: hostname, selector: { matchLabels: { 'pod-template-hash': hash } }, hard: false, maxSkew: 3 }]
}
