/** What a person looks at next, as the runbook of a calico-node that does not work orders it. */
import { ask, whereOf } from '#cluster/asking.ts'
import type { Facts, Subject } from '#cluster/facts.ts'
import { calicoNamespace } from '#cluster/queries.ts'
import type { Question } from '#cluster/questions.ts'
import { relationInfo } from '#cluster/relations.ts'

/** Conditions and events of one node. */
export const askNode = (about: Subject, why: string): Question => ({
  command: relationInfo.nodes.command({ node: about.kind === 'node' ? about.name : '<node>' }),
  why,
  fills: [
    { relation: 'nodes', about },
    { relation: 'events', about },
  ],
})

export const askCalicoPods = (facts: Facts, about: Subject, why: string): Question => ({
  command: relationInfo.pods.command({ namespace: calicoNamespace(facts) }),
  why,
  fills: [{ relation: 'pods', about }],
})

/** Events and probe messages of the calico-node pod there. */
export const askCalicoPod = (facts: Facts, about: Subject, why: string): Question => ({
  command: relationInfo.pods.command({ namespace: calicoNamespace(facts), pod: whereOf(facts, about).pod }),
  why,
  fills: [
    { relation: 'pods', about },
    { relation: 'events', about },
  ],
})

export const askCalicoLog = (facts: Facts, about: Subject, why: string): Question => ({
  command: relationInfo.messages.command({
    namespace: calicoNamespace(facts),
    pod: whereOf(facts, about).pod,
  }),
  why,
  fills: [{ relation: 'messages', about }],
})

/**
 * Where Typha is ready, who suffers without it, and whether WireGuard is on: three explanations of one silence, told apart by one
 * look. The same words for everybody who asks, so that their questions count together.
 */
export const askTypha = (facts: Facts, about: Subject): Question =>
  ask(facts, about, {
    fills: ['endpoints', 'pods', 'settings'],
    why: 'where a Typha is ready and whether its Service leads there; whether WireGuard is on, which locks nodes out of it',
    command: ({ namespace }) =>
      `kubectl get endpoints,pods -n ${namespace} -o wide | grep -E 'typha|calico-node'; kubectl get services -A | grep typha; kubectl get felixconfigurations.crd.projectcalico.org default -o yaml | grep -i wireguard`,
    cost: 1,
  })
