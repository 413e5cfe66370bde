import type { Fact, Reads } from '#cluster/facts.ts'
import { figures, isFlapping, nodeTransitions } from '#cluster/node-transitions.ts'
import type { EventRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { askNode } from '#cluster/symptoms/asking.ts'
import { isRecent, recordMs } from '#cluster/symptoms/recency.ts'
import type { Symptom, SymptomEntry } from '#cluster/symptoms.ts'

/** A node that goes in and out of Ready: whatever it is at this instant. */
export const nodeFlapping: SymptomEntry<'events'> = {
  id: 'node-flapping',
  title: 'node toggles between Ready and NotReady',
  reads: ['events'],
  see: (facts) => nodesWithEvents(facts).flatMap((node) => flapping(facts, node)),
  questions: (symptom) => [
    askNode(symptom.about, 'its events tell how often, and whether kubelet was restarted'),
  ],
}

export const nodesWithEvents = (facts: Reads<'events'>): readonly string[] =>
  [
    ...new Set(facts.rows('events').flatMap(({ about }) => (about.kind === 'Node' ? [about.name] : []))),
  ].sort()

function flapping(facts: Reads<'events'>, node: string): readonly Symptom[] {
  const transitions = nodeTransitions(facts, node)
  if (!isFlapping(transitions)) return []
  const last =
    transitions.events.findLast((event) => event.reason === 'NodeNotReady') ?? transitions.events.at(-1)
  if (last === undefined) return []
  const when = isRecent(facts, transitions.lastAtMs, recordMs) ? 'now' : 'past'
  return [
    { id: 'node-flapping', about: nodeSubject(node), says: figures(transitions), from: quoted(last), when },
  ]
}

export const quoted = (event: Fact<EventRow>): Fact<EventRow>['from'] => ({
  ...event.from,
  quote: event.from.quote ?? `${event.type} ${event.reason} ${event.message}`,
})
