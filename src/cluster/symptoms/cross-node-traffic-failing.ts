import { nodeSubject } from '#cluster/subjects.ts'
import { askCalicoLog, askCalicoPods } from '#cluster/symptoms/asking.ts'
import type { SymptomEntry } from '#cluster/symptoms.ts'

const says: Readonly<Record<string, string>> = {
  'same-node-works-cross-node-fails': 'pods reach each other on one node and not across nodes',
  'service-timeouts': 'services time out',
  'same-subnet-fails': 'pods on nodes of one subnet cannot reach each other',
  'cross-subnet-fails': 'pods on nodes of different subnets cannot reach each other',
  'icmp-works-tcp-fails': 'ping between pods works, connections do not',
  'small-works-large-fails': 'small requests pass, large ones hang',
  'ipv4-works-ipv6-fails': 'IPv4 between pods works, IPv6 does not',
  'pods-cannot-reach-api': 'pods cannot reach the API server',
  'host-to-pod-fails': 'hosts cannot reach pods',
  'egress-fails': 'pods cannot reach the outside',
  'dns-fails': 'names cannot be resolved in pods',
  'slow-network': 'traffic between pods is slow',
  'routes-come-and-go': 'routes to pods come and go',
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
