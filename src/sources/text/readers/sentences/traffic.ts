/** What people say of traffic: what passes and what does not, between whom. */
import type { RemarkSays } from '#cluster/relations/remarks.ts'
import { type Clause, clausesOf } from '#sources/text/readers/sentences/clauses.ts'
import { type Concept, conceptsOf } from '#sources/text/readers/sentences/concepts.ts'

/** Everything that the words of one sentence say of it. */
export function trafficSaid(words: readonly string[]): readonly RemarkSays[] {
  // Most sentences are of other things: they are not worth taking apart.
  if (
    !conceptsOf(words)
      .values()
      .some((concept) => !general.has(concept))
  )
    return []
  const clauses = clausesOf(words)
  if (clauses.every(({ state, isExcept }) => state === undefined && !isExcept && !isSlow(clauses))) return []
  const told = tellingOf(clauses)
  return rules.flatMap(([says, holds]) => (holds(told) ? [says] : []))
}

/** What sentences about anything name. */
const general: ReadonlySet<Concept> = new Set([
  'rest',
  'small',
  'large',
  'matter',
  'poor',
  'slow',
  'resolving',
])

interface Telling {
  readonly clauses: readonly Clause[]
  /** Some clause says that it fails; with several concepts, one clause must name them all. */
  bad(...concepts: readonly Concept[]): boolean
  good(...concepts: readonly Concept[]): boolean
  /** It alone works, so the rest does not. */
  aloneGood(concept: Concept): boolean
  aloneBad(concept: Concept): boolean
  names(concept: Concept): boolean
}

function tellingOf(clauses: readonly Clause[]): Telling {
  const hasAll = ({ concepts }: Clause, all: readonly Concept[]): boolean =>
    all.every((concept) => concepts.has(concept))
  const failing = clauses.filter(({ state, isExcept }) => state === 'fails' && !isExcept)
  const working = clauses.filter(({ state, isExcept }) => state === 'works' && !isExcept)
  const spared = clauses.filter(({ isExcept }) => isExcept && failing.length > 0)
  const excepted = clauses.filter(({ isExcept }) => isExcept && failing.length === 0 && working.length > 0)
  return {
    clauses,
    bad: (...all) => [...failing, ...excepted].some((one) => hasAll(one, all)),
    good: (...all) => [...working, ...spared].some((one) => hasAll(one, all)),
    aloneGood: (one) =>
      working.some(({ isOnly, concepts }) => isOnly && concepts.has(one)) ||
      spared.some(({ concepts }) => concepts.has(one)),
    aloneBad: (one) => failing.some(({ isOnly, concepts }) => isOnly && concepts.has(one)),
    names: (one) => clauses.some(({ concepts }) => concepts.has(one)),
  }
}

type Rule = readonly [RemarkSays, (told: Telling) => boolean]

/** Something that a network carries is spoken of: `other nodes are down` says nothing of traffic. */
const carries = ({ names }: Telling): boolean =>
  (['pod', 'service', 'network', 'tcp', 'ping', 'rate'] as const).some(names)

const rules: readonly Rule[] = [
  [
    'same-node-works-cross-node-fails',
    (told) =>
      carries(told) && ((told.bad('otherNode') && !told.names('hostPod')) || told.aloneGood('sameNode')),
  ],
  ['same-subnet-fails', ({ bad, aloneGood }) => bad('sameSubnet') || aloneGood('otherSubnet')],
  ['cross-subnet-fails', ({ bad, aloneGood }) => bad('otherSubnet') || aloneGood('sameSubnet')],
  ['service-timeouts', ({ clauses }) => clauses.some(isServiceTimeout)],
  [
    'icmp-works-tcp-fails',
    ({ bad, aloneGood, clauses }) =>
      aloneGood('ping') || ((bad('tcp') || bad('rest')) && clauses.some(isPodPing)),
  ],
  ['small-works-large-fails', (told) => isLargeBad(told)],
  [
    'ipv4-works-ipv6-fails',
    (told) =>
      told.bad('ipv6') &&
      !told.bad('ipv4') &&
      (told.aloneBad('ipv6') || told.good('ipv4') || told.names('outside') || carries(told)),
  ],
  [
    'egress-fails',
    (told) => told.bad('outside') && !told.names('inbound') && (carries(told) || reaches(told, 'outside')),
  ],
  ['dns-fails', (told) => !told.names('matter') && (told.bad('dns') || isUnresolved(told))],
  ['pods-cannot-reach-api', ({ bad, clauses }) => bad('api') && isPodToApi(clauses)],
  ['host-to-pod-fails', ({ bad, clauses }) => bad('hostPod') || clauses.some(isHostToPod)],
  ['only-new-pods-fail', ({ bad }) => bad('newPod')],
  ['only-new-nodes-fail', ({ bad }) => bad('newNode')],
  ['slow-network', ({ clauses }) => isSlow(clauses)],
  [
    'node-network-fine',
    ({ clauses }) =>
      clauses.some(
        ({ state, concepts, words }) =>
          state === 'works' &&
          concepts.has('node') &&
          !concepts.has('pod') &&
          !concepts.has('service') &&
          words.some((word) => between.has(word)),
      ),
  ],
  ['ssh-works', ({ good }) => good('ssh')],
]

const between = new Set(
  ['network', 'networking', 'connectivity', 'ping', 'reach', 'each', 'ssh'].filter((word) => word !== 'ssh'),
)

const isServiceTimeout = ({ state, concepts, words }: Clause): boolean =>
  state === 'fails' &&
  words.some((word) => /^(?:time-?outs?|timed-out|timing|times?|timed)$/.test(word)) &&
  (concepts.has('service') || words.some((word) => /^(?:calls?|requests?|connections?)$/.test(word)))

/** Ping among pods: that machines can ping each other says nothing of pods. */
const isPodPing = ({ state, concepts, isExcept }: Clause): boolean =>
  concepts.has('ping') && (state === 'works' || isExcept) && (!concepts.has('node') || concepts.has('pod'))

const isLargeBad = ({ bad, good, clauses }: Telling): boolean =>
  bad('large', 'bulk') ||
  (bad('large') && good('small')) ||
  clauses.some(
    ({ state, words }) =>
      state === 'fails' && words.some((word) => moving.has(word)) && words.some((word) => halting.has(word)),
  )

const moving = new Set(['download', 'downloads', 'upload', 'uploads', 'transfer', 'transfers'])
const halting = new Set(['stall', 'stalls', 'stalled', 'hang', 'hangs', 'hanging', 'stuck', 'halfway'])

const reaches = ({ clauses }: Telling, concept: Concept): boolean =>
  clauses.some(
    ({ concepts, words }) =>
      concepts.has(concept) && words.some((word) => /^(?:reach|connect|access|ping|curl|resolve)/.test(word)),
  )

/** Pods are who calls; the API server that cannot call pods is another trouble. */
function isPodToApi(clauses: readonly Clause[]): boolean {
  const words = clauses.flatMap((clause) => clause.words)
  const pod = words.indexOf('pod')
  const server = words.findIndex((word) =>
    /^(?:api-server|kubernetes\.default\S*|10\.96\.0\.1|api)$/.test(word),
  )
  return pod !== -1 && (server === -1 || pod < server || words[pod - 1] === 'from')
}

/** What is resolved are names where pods, services or the outside are spoken of; elsewhere it may be a merge. */
const isUnresolved = ({ bad, names }: Telling): boolean =>
  bad('resolving') && (['pod', 'service', 'outside', 'dns', 'api'] as const).some(names)

/** Said of the way from a machine to pods: the machine stands before the verb, the pods behind it. */
function isHostToPod({ state, concepts, words }: Clause): boolean {
  if (state !== 'fails' || !concepts.has('pod') || concepts.has('otherNode')) return false
  if (words.some((word, at) => word === 'from' && words[at + 1] === 'node')) return true
  const verb = words.findIndex((word) => /^(?:reach|ping|connect|curl|access|talk|communicate)/.test(word))
  const [subject, object] = [words.slice(0, verb), words.slice(verb + 1)]
  return (
    verb > 0 &&
    object.includes('pod') &&
    !subject.includes('pod') &&
    subject.some((word) => word === 'node' || word === 'kubelet')
  )
}

const isSlow = (clauses: readonly Clause[]): boolean =>
  clauses.some(({ concepts }) => {
    const isOfNetwork = (['network', 'rate', 'pod', 'otherNode'] as const).some((one) => concepts.has(one))
    return (concepts.has('slow') && isOfNetwork) || (concepts.has('rate') && concepts.has('poor'))
  })
