/** Whom pods want beside them: kubernetes/kubernetes:pkg/scheduler/framework/plugins/interpodaffinity. Not imitated: namespace selectors, preferred terms, matchLabelKeys. */
import type { LabelSelector, Node, Pod } from '#lab/api/objects.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import {
  type Aim,
  Domains,
  isMeant,
  type Neighbourhood,
  namespaceOf,
} from '#lab/controllers/scheduler-domains.ts'

interface PodTerm {
  readonly labelSelector?: LabelSelector
  readonly topologyKey: string
  readonly namespaces?: readonly string[]
}

interface Terms {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[]
}

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

const aims = (owner: Pod, { labelSelector, namespaces }: PodTerm): Aim => ({
  namespaces: namespaces ?? [namespaceOf(owner)],
  test: selectorTest(labelSelector),
})
