import { conditionOf } from '#cluster/queries.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { askCalicoLog, askCalicoPods } from '#cluster/symptoms/asking.ts'
import { conditionSource } from '#cluster/symptoms/node-conditions.ts'
import type { SymptomEntry } from '#cluster/symptoms.ts'

/**
 * NetworkUnavailable is True. Only calico-node writes it, at its start and its shutdown, so False is no sign of health.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/utils/utils.go (SetNodeNetworkUnavailableCondition)
 */
export const networkUnavailable: SymptomEntry<'nodes'> = {
  id: 'network-unavailable',
  title: 'node says that its network is unavailable (CalicoIsDown)',
  reads: ['nodes'],
  see: (facts) =>
    facts.rows('nodes').flatMap((node) => {
      const condition = conditionOf(node, 'NetworkUnavailable')
      if (condition?.status !== 'True') return []
      const why = [condition.reason, condition.message].filter(Boolean).join(', ')
      return [
        {
          id: 'network-unavailable',
          about: nodeSubject(node.name),
          says: `NetworkUnavailable is True${why === '' ? '' : `: ${why}`}`,
          from: conditionSource(node, condition),
          when: 'now' as const,
        },
      ]
    }),
  questions: ({ about }, facts) => [
    askCalicoPods(facts, about, 'whether calico-node came back after it was shut down there'),
    askCalicoLog(facts, about, 'what keeps calico-node from running'),
  ],
}
