/** Sentences as words: lower case, short forms spelt out, one word for one thing. */

/** At most so many words of a sentence are looked at; nobody's sentence is longer. */
const wordsMax = 120

/**
 * `Pods can't reach the other hosts'` → `pod can not reach other node`. Articles and possessives fall away, plurals of the
 * words that matter become singular, so that a phrase is found however it was bent.
 */
export function wordsOf(sentence: string): readonly string[] {
  const words: string[] = []
  const plain = sentence
    .slice(0, charactersMax)
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/\bapi server/g, 'api-server')
    .replace(/\bcontainer (?=images?\b|registr|runtime)/g, '')
    .replace(/\bon (?:its|their) own(?= *(?:[.,;]|$|again|after|in|within))/g, 'by itself')
  for (const [raw] of plain.matchAll(token)) {
    if (words.length >= wordsMax) break
    if (raw === 'cannot' || raw === "can't") words.push('can', 'not')
    else if (raw.endsWith("n't")) words.push(raw === "won't" ? 'will' : raw.slice(0, -3), 'not')
    else add(words, raw)
  }
  return words
}

const charactersMax = 1200

/** Words with what programs put into names, and the marks that part a sentence. */
const token = /[a-z0-9_/][a-z0-9_.:/+@=%'-]*|[,;()–—]|->|→/g

function add(words: string[], raw: string): void {
  const word = raw.replace(/'s$/, '').replace(/[.:'/-]{1,8}$/, '')
  if (word === '') return
  if (!fillers.has(word)) words.push(same.get(word) ?? word)
  if (raw.endsWith(':')) words.push(':')
}

const fillers = new Set(
  'a an the any its their our my your this that these those very really just quite all both certain several some two three few'.split(
    ' ',
  ),
)

const same = new Map(
  Object.entries({
    node: 'nodes host hosts machine machines server servers worker workers vm vms minion minions box boxes hypervisor hypervisors',
    pod: 'pods container containers workload workloads',
    subnet: 'subnets vlan vlans segment segments lan broadcast-domain layer-2',
    zone: 'zones az azs rack racks datacenter datacentre datacenters region regions',
    service: 'services svc clusterip cluster-ip',
    other: 'others another different remote foreign distinct',
    same: 'identical single one own common shared',
    route: 'routes',
    firewall: 'firewalls firewalld ufw',
    policy: 'policies',
    networkpolicy: 'networkpolicies globalnetworkpolicy globalnetworkpolicies',
    without: 'w/o',
    'api-server': 'apiserver kube-apiserver api-servers',
    address: 'addresses',
    interface: 'interfaces nic nics',
    log: 'logs',
    recreated: 're-created',
    newly: 'freshly recently just-created',
    kubernetes: 'k8s',
    not: 'never hardly barely neither nor unable',
  }).flatMap(([word, others]) => others.split(' ').map((other) => [other, word] as const)),
)

const longest = 3

/** Every word of a sentence, every two and every three that stand together: what phrases are looked up in. */
export function phrasesOf(words: readonly string[]): ReadonlySet<string> {
  const known = phrasesKnown.get(words)
  if (known !== undefined) return known
  const phrases = new Set<string>()
  for (let at = 0; at < words.length; at++)
    for (let length = 1; length <= longest && at + length <= words.length; length++)
      phrases.add(phraseAt(words, at, length))
  phrasesKnown.set(words, phrases)
  return phrases
}

/** So many words from there on, as one phrase; shorter where the sentence ends. */
export function phraseAt(words: readonly string[], at: number, length: number): string {
  const known = stretches.get(words) ?? []
  if (known.length === 0) stretches.set(words, known)
  const place = at * longest + length
  const phrase = known[place] ?? words.slice(at, at + length).join(' ')
  known[place] = phrase
  return phrase
}

// Many ask the same sentence.
const phrasesKnown = new WeakMap<readonly string[], ReadonlySet<string>>()
const stretches = new WeakMap<readonly string[], string[]>()

/** Whether one of the phrases stands in the sentence. */
export function hasPhrase(words: readonly string[], phrases: ReadonlySet<string>): boolean {
  for (const phrase of phrasesOf(words)) if (phrases.has(phrase)) return true
  return false
}
