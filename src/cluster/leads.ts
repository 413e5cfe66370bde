/**
 * What a text was cut off from. Somebody shows a part in which nothing is wrong yet; where the telling rest stands is known, so it is
 * asked for before anything is guessed.
 */
import { ask } from '#cluster/asking.ts'
import type { Facts, Subject } from '#cluster/facts.ts'
import { calicoNodePods, isReady, placeOfPod } from '#cluster/queries.ts'
import type { Question } from '#cluster/questions.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { askCalicoLog } from '#cluster/symptoms/asking.ts'
import type { Symptom } from '#cluster/symptoms.ts'

/**
 * Questions for the rest of what was shown, the most telling first; none where the shown part tells what is wrong.
 *
 * @param symptoms of now
 */
export function leadsOf(facts: Facts, symptoms: readonly Symptom[]): readonly Question[] {
  // That calico-node is not ready is what people ask about, no answer.
  if (symptoms.some(({ id }) => id !== 'calico-node-not-ready')) return []
  return leads.flatMap((lead) => lead(facts) ?? [])
}

type Lead = (facts: Facts) => Question | undefined

/** One of Felix's parameters with two values: the later layer wins, and it may be one that nobody thought of. */
const parameterTwice: Lead = (facts) => {
  const values = new Map<string, Set<string>>()
  for (const { message } of facts.rows('messages')) {
    const { parameter = '', value = '' } = message.params
    if (message.id === 'felix/parameter')
      values.set(parameter, (values.get(parameter) ?? new Set()).add(value))
  }
  const [twice] = [...values].filter(([, own]) => own.size > 1).map(([parameter]) => parameter)
  if (twice === undefined) return undefined
  return ask(facts, clusterSubject, {
    fills: ['settings'],
    why: `${twice} is set in two places: what each of them says, and whether it is the same on every node`,
    command: ({ namespace }) =>
      `kubectl get felixconfigurations.crd.projectcalico.org -o yaml; kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -A1 FELIX_`,
    cost: 1,
  })
}

/** kube-controllers found that nobody uses an address: whether that is true depends on how its release counts. */
const addressLeak: Lead = (facts) =>
  facts
    .rows('messages')
    .some(({ message }) => message.id === 'kube-controllers/ip-leak' && message.params.what === 'Confirmed')
    ? ask(facts, clusterSubject, {
        fills: ['versions'],
        why: 'addresses count as leaked that are in use where kube-controllers and its CRDs are of an old release',
      })
    : undefined

const rulesMax = 20

/** A few rules of a packet filter: what else is there decides which of them a packet meets. */
const filterExcerpt: Lead = (facts) => {
  const [chain] = facts.rows('filterChains')
  const rules = facts.rows('filterRules')
  if (chain === undefined || rules.length === 0 || rules.length > rulesMax) return undefined
  return ask(facts, chain.node === '' ? clusterSubject : { kind: 'node', name: chain.node }, {
    fills: ['filterRules', 'filterChains'],
    why: 'all chains that hang on the same hook, in their order: a packet has to pass each of them',
    command: ({ node }) =>
      `ssh ${node} 'sudo nft list ruleset; sudo iptables-save -c; systemctl status firewalld'`,
    cost: 4,
  })
}

const programs = ['startup/', 'felix/', 'confd/', 'bird/', 'tunnel/']

/** Lines of calico-node that say nothing wrong: the end of that log, or the one of the run before, does. */
const logExcerpt: Lead = (facts) => {
  const rows = facts.rows('messages')
  const own = rows.filter(({ message }) => programs.some((program) => message.id.startsWith(program)))
  if (own.length === 0 || own.length < rows.length) return undefined
  return askCalicoLog(
    facts,
    placeOfLog(facts),
    'the lines that were shown hold no error yet: how the log goes on',
  )
}

/** The one pod that is not well, where there is one. */
function placeOfLog(facts: Facts): Subject {
  const sick = calicoNodePods(facts).filter((pod) => isReady(pod) === false)
  const [only] = sick
  return only === undefined || sick.length > 1 ? clusterSubject : placeOfPod(only)
}

/** Names of nodes without their addresses: what networks they are in decides most. */
const nodesWithoutAddresses: Lead = (facts) => {
  const names = [...facts.rows('nodes'), ...facts.rows('calicoNodes')]
  const hasAddress =
    facts.rows('calicoNodes').some(({ ipv4, ipv6 }) => (ipv4 ?? ipv6) !== undefined) ||
    facts.rows('nodes').some(({ internalIp, calicoIpv4 }) => (internalIp ?? calicoIpv4) !== undefined)
  if (names.every(({ name }) => name === '') || hasAddress) return undefined
  return ask(facts, clusterSubject, {
    fills: ['nodes'],
    why: 'the addresses of the nodes: whether they are in one network, and whether one of them is odd',
    command: 'kubectl get nodes -o wide',
  })
}

/** What names a definite place comes first. */
const leads: readonly Lead[] = [parameterTwice, addressLeak, filterExcerpt, logExcerpt, nodesWithoutAddresses]
