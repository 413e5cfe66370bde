import type { Fact, Provenance, Reads } from '#cluster/facts.ts'
import { conditionOf, nodeOfMessage } from '#cluster/queries.ts'
import type { ConditionRow, MessageRow, NodeRow } from '#cluster/relations.ts'
import { nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { askCalicoLog, askCalicoPods, askNode } from '#cluster/symptoms/asking.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import type { Symptom, SymptomEntry } from '#cluster/symptoms.ts'

/**
 * Ready is False or Unknown for another reason than the pod network.
 *
 * @see kubernetes/kubernetes:pkg/controller/nodelifecycle/node_lifecycle_controller.go (Unknown, written for a silent kubelet)
 */
export const nodeNotReady: SymptomEntry<'nodes' | 'pods' | 'messages'> = {
  id: 'node-not-ready',
  title: 'node is not Ready',
  reads: ['nodes', 'pods', 'messages'],
  see: (facts) => [
    ...facts
      .rows('nodes')
      .flatMap((node) => seen(node, 'node-not-ready', (ready) => !isNetworkNotReady(ready))),
    ...saidOnly(facts, 'node-not-ready', ['kubelet/stopped-posting-status']),
  ],
  questions: (symptom) => [
    askNode(
      symptom.about,
      'its conditions and events tell a silent kubelet from a pod network that is missing',
    ),
  ],
}

/**
 * The container runtime found no CNI configuration that it can use, so kubelet keeps the node NotReady.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/runtime.go (networkErrors)
 */
export const cniNotInitialized: SymptomEntry<'nodes' | 'pods' | 'messages'> = {
  id: 'cni-not-initialized',
  title: 'node waits for its pod network (CNI not initialized)',
  reads: ['nodes', 'pods', 'messages'],
  see: (facts) => [
    ...facts.rows('nodes').flatMap((node) => seen(node, 'cni-not-initialized', isNetworkNotReady)),
    ...saidOnly(facts, 'cni-not-initialized', noConfiguration),
  ],
  questions: ({ about }, facts) => [
    askCalicoPods(facts, about, 'whether calico-node runs there at all: it writes the CNI configuration'),
    askCalicoLog(facts, about, 'what keeps calico-node from running'),
  ],
}

/** The same in the words of kubelet and the runtimes. */
const noConfiguration = [
  'kubelet/network-plugin-not-ready',
  'kubelet/network-not-ready',
  'kubelet/runtime-network-not-ready',
  'cni/not-initialized',
  'cni/no-configuration-file',
  'cni/config-load-failed',
  'containerd/no-cni-config',
  'runtime/default-network-missing',
]

/** Is this Ready condition about the pod network? `NetworkPluginNotReady` is the runtime's own reason, word for word. */
export const isNetworkNotReady = (ready: ConditionRow): boolean =>
  ready.status === 'False' && (ready.message ?? '').includes('NetworkPluginNotReady')

export const conditionWords = ({ type, status, reason, message }: ConditionRow): string =>
  [type, status, reason, message].filter(Boolean).join(' ')

/** The node's row as the place of one of its conditions. */
export const conditionSource = (node: Fact<NodeRow>, condition: ConditionRow): Provenance => ({
  ...node.from,
  quote: conditionWords(condition),
})

function seen(node: Fact<NodeRow>, id: string, isIt: (ready: ConditionRow) => boolean): readonly Symptom[] {
  const ready = conditionOf(node, 'Ready')
  if (ready === undefined || ready.status === 'True' || !isIt(ready)) return []
  const about = nodeSubject(node.name)
  const why = [ready.reason, ready.message].filter(Boolean).join(', ')
  const says = `Ready is ${ready.status}${why === '' ? '' : `: ${why}`}`
  return [{ id, about, says, from: conditionSource(node, ready), when: 'now' }]
}

/** A condition's words without the node's row around them, as people paste them. */
function saidOnly(
  facts: Reads<'nodes' | 'pods' | 'messages'>,
  id: string,
  messages: readonly string[],
): readonly Symptom[] {
  const known = new Set(
    facts.rows('nodes').flatMap((node) => (conditionOf(node, 'Ready') ? [node.name] : [])),
  )
  const symptoms = facts
    .rows('messages')
    .filter((row) => messages.includes(row.message.id) && isRecent(facts, row.atMs))
    .flatMap((row) => symptomOf(row, nodeOfMessage(facts, row)))
  return [...new Map(symptoms.map((one) => [renderSubject(one.about), one])).values()]

  function symptomOf(row: Fact<MessageRow>, node: string | undefined): readonly Symptom[] {
    if (node === undefined ? known.size > 0 : known.has(node)) return []
    return [
      { id, about: nodeSubject(node), says: row.from.quote ?? row.message.id, from: row.from, when: 'now' },
    ]
  }
}
