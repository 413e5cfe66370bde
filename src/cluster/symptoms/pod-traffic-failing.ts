import { ask } from '#cluster/asking.ts'
import type { Fact } from '#cluster/facts.ts'
import type { ReachabilityRow } from '#cluster/relations.ts'
import { nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { askCalicoPods } from '#cluster/symptoms/asking.ts'
import type { Symptom, SymptomEntry } from '#cluster/symptoms.ts'

/** Somebody tried a connection from a pod, or to one, and it failed. One symptom per place. */
export const podTrafficFailing: SymptomEntry<'reachability'> = {
  id: 'pod-traffic-failing',
  title: 'a connection that somebody tried from a pod fails',
  reads: ['reachability'],
  see: (facts) => {
    const failing = facts.rows('reachability').filter((row) => row.in === 'pod' && row.outcome !== 'ok')
    return [...new Map(failing.map(symptomOf).map((one) => [renderSubject(one.about), one])).values()]
  },
  questions: ({ about }, facts) => [
    askCalicoPods(facts, about, 'whether calico-node is well on the nodes at both ends'),
    ask(facts, about, {
      fills: ['reachability'],
      why: 'whether it also fails on one node, from the host, by ping, and with small packets: each narrows it down',
      cost: 4,
    }),
  ],
}

const words: Readonly<Record<ReachabilityRow['outcome'], string>> = {
  ok: 'works',
  refused: 'is refused',
  'timed-out': 'times out',
  'no-route': 'ends with “no route to host”',
  unreachable: 'ends with “network is unreachable”',
  'tls-failed': 'fails at TLS',
  reset: 'is reset',
  'name-unknown': 'fails because the name is not known',
}

const symptomOf = (row: Fact<ReachabilityRow>): Symptom => ({
  id: 'pod-traffic-failing',
  about: nodeSubject(row.node),
  says: `${row.protocol} to ${row.to}${row.port === undefined ? '' : `:${row.port}`} from a pod ${words[row.outcome]}`,
  from: row.from,
  when: 'now',
})
