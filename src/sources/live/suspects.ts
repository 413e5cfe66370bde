import type { Facts, Subject } from '#cluster/facts.ts'
import { calicoNodePodOf, nodeNames } from '#cluster/queries.ts'
import type { PodRow } from '#cluster/relations.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import { symptomsOf } from '#cluster/symptoms.ts'

/** A node worth a closer look, with calico-node's pod there, where one was seen. */
export interface Suspect {
  readonly node: string
  readonly pod: PodRow | undefined
}

export interface Suspects {
  /** Nodes with a symptom, present ones first; then those whose pods fail: what it amounts to, their pods tell. */
  readonly suspects: readonly Suspect[]
  /** Nodes that a symptom points at: the far ends of sessions, the nodes that a probe complains about. */
  readonly peers: readonly Suspect[]
}

/** Who the cheap facts point at. Their number decides what the rest of the reading costs. */
export function suspectsOf(facts: Facts): Suspects {
  const symptoms = symptomsOf(facts)
  const nodes = (when: 'now' | 'past', subjects: 'about' | 'involves'): readonly string[] =>
    symptoms
      .filter((symptom) => symptom.when === when)
      .flatMap((symptom) => (subjects === 'about' ? [symptom.about] : (symptom.involves ?? [])))
      .flatMap((subject) => nodeOf(facts, subject))
  const suspects = unique([
    ...sorted(nodes('now', 'about')),
    ...sorted(nodes('past', 'about')),
    ...sorted(unique(nodesWithFailingPods(facts))),
  ])
  const peers = sorted(nodes('now', 'involves')).filter((node) => !suspects.includes(node))
  return { suspects: suspects.map(withPod(facts)), peers: unique(peers).map(withPod(facts)) }
}

/** Its probe failed; or it ran, its sandbox went, and it gets no new one: it is not Pending, so no list of stuck pods has it. */
const failing: ReadonlySet<string> = new Set(['Unhealthy', 'FailedCreatePodSandBox'])

/** What Services and names stand on ends again and again; applications do that everywhere. */
const isOfTheSystem = ({ namespace }: { readonly namespace?: string }, reason: string): boolean =>
  reason === 'BackOff' && namespace === 'kube-system'

/**
 * By kubelet's warnings of the last minutes, which are there long before anybody has listed all pods. Of a pod that has failed for long,
 * one is told in five minutes (client-go:tools/record/events_cache.go, defaultSpamQPS), whatever comes between.
 */
const nodesWithFailingPods = (facts: Facts): readonly string[] =>
  facts
    .rows('events')
    .filter(
      ({ reason, about }) => about.kind === 'Pod' && (failing.has(reason) || isOfTheSystem(about, reason)),
    )
    .filter(({ lastAtMs = 0 }) => isRecent(facts, lastAtMs))
    .flatMap(({ node }) => (node === undefined ? [] : [node]))

/** Every node, for looks that prevent. */
export const everyNode = (facts: Facts): readonly Suspect[] => nodeNames(facts).map(withPod(facts))

export const withPod =
  (facts: Facts) =>
  (node: string): Suspect => ({ node, pod: calicoNodePodOf(facts, node) })

function nodeOf(facts: Facts, subject: Subject): readonly string[] {
  if (subject.kind === 'node') return [subject.name]
  if (subject.kind === 'cluster') return []
  const pod = facts
    .rows('pods')
    .find(({ namespace, name }) => namespace === subject.namespace && name === subject.name)
  return pod?.node === undefined ? [] : [pod.node]
}

const sorted = (names: readonly string[]): readonly string[] => names.toSorted()
const unique = (names: readonly string[]): readonly string[] => [...new Set(names)]
