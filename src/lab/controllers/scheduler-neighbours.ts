/** Whom pods want beside them: kubernetes/kubernetes:pkg/scheduler/framework/plugins/{interpodaffinity,podtopologyspread}. Not imitated: namespace selectors, preferred terms, matchLabelKeys. */
import type { LabelSelector, Node, Pod } from '#lab/api/objects.ts'
import { selectorTest } from '#lab/api/selectors.ts'

interface PodTerm {
  readonly labelSelector?: LabelSelector
  readonly topologyKey: string
  readonly namespaces?: readonly string[]
}

interface Terms {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[]
}

/** Who is on a node, and which nodes there are. */
export interface Neighbourhood {
  readonly nodes: readonly Node[]
  on(node: Node): readonly Pod[]
}

const hostname = 'kubernetes.io/hostname'

/** The server checked the shape when the pod was created. */
const termsOf = ({ spec }: Pod, kind: 'podAffinity' | 'podAntiAffinity'): readonly PodTerm[] =>
  (spec.affinity?.[kind] as Terms | undefined)?.requiredDuringSchedulingIgnoredDuringExecution ?? []

/** The first rule that keeps the pod off the node; undefined: none. */
export function unwanted(pod: Pod, node: Node, where: Neighbourhood): string | undefined {
  const affinity = termsOf(pod, 'podAffinity')
  if (affinity.some((term) => !matching(pod, term, node, where) && !isFirst(pod, term, where)))
    return "node(s) didn't match pod affinity rules"
  if (termsOf(pod, 'podAntiAffinity').some((term) => matching(pod, term, node, where)))
    return "node(s) didn't match pod anti-affinity rules"
  return isRefusedByOthers(pod, node, where)
    ? "node(s) didn't satisfy existing pods anti-affinity rules"
    : undefined
}

/** Whether a pod that the term means is in the node's domain. */
const matching = (owner: Pod, term: PodTerm, node: Node, where: Neighbourhood): boolean =>
  domain(node, term.topologyKey, where).some((each) =>
    where.on(each).some((other) => other.metadata.uid !== owner.metadata.uid && isMeant(owner, term, other)),
  )

/** The first of pods that want each other may go anywhere. */
const isFirst = (pod: Pod, term: PodTerm, where: Neighbourhood): boolean =>
  isMeant(pod, term, pod) &&
  !where.nodes.some((node) => where.on(node).some((other) => isMeant(pod, term, other)))

function isRefusedByOthers(pod: Pod, node: Node, where: Neighbourhood): boolean {
  const refuses = (other: Pod, on: Node): boolean =>
    termsOf(other, 'podAntiAffinity').some(
      (term) =>
        isMeant(other, term, pod) &&
        on.metadata.labels?.[term.topologyKey] !== undefined &&
        on.metadata.labels[term.topologyKey] === node.metadata.labels?.[term.topologyKey],
    )
  return where.on(node).some((other) => other.metadata.uid !== pod.metadata.uid && refuses(other, node))
}

function isMeant(owner: Pod, { labelSelector, namespaces }: PodTerm, other: Pod): boolean {
  const wanted = namespaces ?? [owner.metadata.namespace ?? 'default']
  return (
    wanted.includes(other.metadata.namespace ?? 'default') &&
    selectorTest(labelSelector)(other.metadata.labels)
  )
}

/** The nodes that share the node's value of a label; none when it has no such label. */
function domain(node: Node, key: string, { nodes }: Neighbourhood): readonly Node[] {
  const value = node.metadata.labels?.[key]
  if (value === undefined) return []
  return key === hostname ? [node] : nodes.filter(({ metadata }) => metadata.labels?.[key] === value)
}

// ------------------------------------------------------------------------------------------------ spread

export interface Spread {
  readonly key: string
  readonly selector: LabelSelector
  readonly hard: boolean
  readonly maxSkew: number
}

export function spreadOf({ spec, metadata }: Pod): readonly Spread[] {
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

/** How many pods of the constraint are in the node's domain; pods that are going do not count. Undefined: the node lacks the label. */
export function inDomain(
  pod: Pod,
  { key, selector }: Spread,
  node: Node,
  where: Neighbourhood,
): number | undefined {
  if (node.metadata.labels?.[key] === undefined) return undefined
  const test = selectorTest(selector)
  const counts = ({ metadata }: Pod): boolean =>
    metadata.namespace === pod.metadata.namespace &&
    metadata.uid !== pod.metadata.uid &&
    metadata.deletionTimestamp === undefined &&
    test(metadata.labels)
  return domain(node, key, where).reduce((sum, each) => sum + where.on(each).filter(counts).length, 0)
}
