import { nodeSubject } from '#cluster/subjects.ts'
import { askCalicoLog, askCalicoPods } from '#cluster/symptoms/asking.ts'
import type { SymptomEntry } from '#cluster/symptoms.ts'

const says: Readonly<Record<string, string>> = {
  'same-node-works-cross-node-fails': 'pods reach each other on one node and not across nodes',
  'service-timeouts': 'services time out',
}

/** Somebody says that traffic between nodes fails. Nothing here measures it. */
export const crossNodeTrafficFailing: SymptomEntry<'remarks'> = {
  id: 'cross-node-traffic-failing',
  title: 'traffic between pods of different nodes fails, as people say',
  reads: ['remarks'],
  see: (facts) => {
    const symptoms = facts.rows('remarks').flatMap((row) => {
      const words = says[row.says]
      if (words === undefined) return []
      const about = nodeSubject(row.node)
      return [{ id: 'cross-node-traffic-failing', about, says: words, from: row.from, when: 'now' as const }]
    })
    return [...new Map(symptoms.map((one) => [JSON.stringify(one.about), one])).values()]
  },
  questions: ({ about }, facts) => [
    askCalicoPods(facts, about, 'whether calico-node is well on the nodes at both ends'),
    askCalicoLog(facts, about, 'what calico-node says'),
  ],
}
