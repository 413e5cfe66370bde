/** Whom pods want beside them: kubernetes/kubernetes:pkg/scheduler/framework/plugins/{interpodaffinity,podtopologyspread}. Not imitated: namespace selectors, preferred terms, matchLabelKeys. */
import type { LabelSelector, Node, Pod } from '#lab/api/objects.ts'
import { type LabelTest, selectorTest } from '#lab/api/selectors.ts'
import { type Count, isStaying } from '#lab/controllers/scheduler-alike.ts'

interface PodTerm {
  readonly labelSelector?: LabelSelector
  readonly topologyKey: string
  readonly namespaces?: readonly string[]
}

interface Terms {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[]
}

/** Who is where, and which nodes there are. */
export interface Neighbourhood {
  readonly nodes: readonly Node[]
  /** How many pods of these namespaces are on each node that has any whose labels pass. */
  counts(namespaces: readonly string[], test: LabelTest): ReadonlyMap<string, Count>
  /** Those on a node whose rules keep others away. */
  refusing(node: Node): Iterable<Pod>
}

const hostname = 'kubernetes.io/hostname'

/** The server checked the shape when the pod was created. */
const termsOf = ({ spec }: Pod, kind: 'podAffinity' | 'podAntiAffinity'): readonly PodTerm[] =>
  (spec.affinity?.[kind] as Terms | undefined)?.requiredDuringSchedulingIgnoredDuringExecution ?? []

/** Whether a pod keeps some others away. */
export const refusesOthers = (pod: Pod): boolean => termsOf(pod, 'podAntiAffinity').length > 0

/** The rules of one pod, and of all others about it. Pods that are thought away (`gone`) are pods of the node that is asked about. */
export class Neighbours {
  readonly #pod: Pod
  readonly #where: Neighbourhood
  readonly #wanted: readonly Domains[]
  readonly #shunned: readonly Domains[]

  constructor(pod: Pod, where: Neighbourhood) {
    this.#pod = pod
    this.#where = where
    const domains = (term: PodTerm): Domains =>
      new Domains({ ...aims(pod, term), key: term.topologyKey, where })
    this.#wanted = termsOf(pod, 'podAffinity').map(domains)
    this.#shunned = termsOf(pod, 'podAntiAffinity').map(domains)
  }

  /** The first rule that keeps the pod off the node; undefined: none. */
  unwanted(node: Node, gone: readonly Pod[]): string | undefined {
    const has = (domains: Domains): boolean => (domains.count(node, gone) ?? 0) > 0
    if (this.#wanted.some((domains) => !has(domains) && !this.#isFirst(domains, gone)))
      return "node(s) didn't match pod affinity rules"
    if (this.#shunned.some(has)) return "node(s) didn't match pod anti-affinity rules"
    return this.#isRefused(node, gone)
      ? "node(s) didn't satisfy existing pods anti-affinity rules"
      : undefined
  }

  /** The first of pods that want each other may go anywhere. */
  #isFirst(domains: Domains, gone: readonly Pod[]): boolean {
    return domains.means(this.#pod) && domains.isEmpty(gone)
  }

  #isRefused(node: Node, gone: readonly Pod[]): boolean {
    const isGone = ({ metadata: { uid } }: Pod): boolean => gone.some(({ metadata }) => metadata.uid === uid)
    for (const other of this.#where.refusing(node))
      if (!isGone(other) && refuses(other, this.#pod, node)) return true
    return false
  }
}

const refuses = (other: Pod, pod: Pod, node: Node): boolean =>
  termsOf(other, 'podAntiAffinity').some(
    (term) => node.metadata.labels?.[term.topologyKey] !== undefined && isMeant(aims(other, term), pod),
  )

/** The pods that a rule is about. */
interface Aim {
  readonly namespaces: readonly string[]
  readonly test: LabelTest
  /** Pods that are going do not count. */
  readonly staying?: true
}

const aims = (owner: Pod, { labelSelector, namespaces }: PodTerm): Aim => ({
  namespaces: namespaces ?? [namespaceOf(owner)],
  test: selectorTest(labelSelector),
})

const namespaceOf = ({ metadata }: Pod): string => metadata.namespace ?? 'default'

const isMeant = ({ namespaces, test, staying }: Aim, pod: Pod): boolean =>
  namespaces.includes(namespaceOf(pod)) && test(pod.metadata.labels) && (!staying || isStaying(pod))

/** How many of the pods that are meant are in each domain, the nodes that share a value of a label. */
class Domains {
  readonly #aim: Aim
  readonly #key: string
  readonly #nodes: readonly Node[]
  readonly #counts: ReadonlyMap<string, Count>
  /** By the label's value; the domains of names of hosts are single nodes. */
  #sums: ReadonlyMap<string, number> | undefined

  constructor({ key, where, ...aim }: Aim & { readonly key: string; readonly where: Neighbourhood }) {
    this.#aim = aim
    this.#key = key
    this.#nodes = where.nodes
    this.#counts = where.counts(aim.namespaces, aim.test)
  }

  means(pod: Pod): boolean {
    return isMeant(this.#aim, pod)
  }

  /** In the node's domain; undefined: the node lacks the label. */
  count(node: Node, gone: readonly Pod[] = []): number | undefined {
    const value = node.metadata.labels?.[this.#key]
    if (value === undefined) return undefined
    const sum = this.#key === hostname ? this.#on(node) : this.#in(value)
    return gone.length === 0 ? sum : sum - this.#meantAmong(gone)
  }

  /** Whether none is anywhere. */
  isEmpty(gone: readonly Pod[]): boolean {
    const sum = this.#nodes.reduce((all, node) => all + this.#on(node), 0)
    return sum === this.#meantAmong(gone)
  }

  #meantAmong(pods: readonly Pod[]): number {
    return pods.filter((pod) => this.means(pod)).length
  }

  #on({ metadata }: Node): number {
    const count = this.#counts.get(metadata.name)
    if (count === undefined) return 0
    return this.#aim.staying ? count.staying : count.all
  }

  #in(value: string): number {
    this.#sums ??= this.#summed()
    return this.#sums.get(value) ?? 0
  }

  #summed(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>()
    if (this.#counts.size === 0) return sums
    for (const node of this.#nodes) {
      const value = node.metadata.labels?.[this.#key]
      if (value !== undefined) sums.set(value, (sums.get(value) ?? 0) + this.#on(node))
    }
    return sums
  }
}

// ------------------------------------------------------------------------------------------------ spread

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
