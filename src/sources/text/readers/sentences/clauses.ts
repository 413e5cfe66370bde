/**
 * What a sentence says of traffic, clause by clause: which things it names, and whether they work. `Ping works but curl
 * hangs` is two clauses; in `pods cannot reach the internet` a verb that means success is turned round.
 */
import { type Concept, conceptsOf } from '#sources/text/readers/sentences/concepts.ts'

export interface Clause {
  readonly words: readonly string[]
  readonly concepts: ReadonlySet<Concept>
  readonly state: State
  /** `only`, `just`, `nothing but`: of everything else the opposite is said. */
  readonly isOnly: boolean
  /** `except`, `apart from`: said of what the clause does not name. */
  readonly isExcept: boolean
}

export type State = 'works' | 'fails' | undefined

export function clausesOf(words: readonly string[]): readonly Clause[] {
  const parts = split(words)
  const clauses: Clause[] = []
  let waiting: readonly string[] = []
  for (const part of parts) {
    const all = [...waiting, ...part]
    const isWaiting = stateOf(all) === undefined && !isException(part)
    if (isWaiting) waiting = all
    else {
      clauses.push(clause(all))
      waiting = []
    }
  }
  // Words behind the last verb belong to it: `it fails, for IPv6 at least`.
  const last = clauses.at(-1)
  if (waiting.length === 0) return clauses
  return last === undefined
    ? [clause(waiting)]
    : [...clauses.slice(0, -1), clause([...last.words, ...waiting])]
}

function clause(words: readonly string[]): Clause {
  const isExcept = isException(words)
  return {
    words,
    concepts: conceptsOf(words),
    state: stateOf(words),
    isOnly: words.some((word) => word === 'only' || word === 'exclusively' || word === 'solely'),
    isExcept,
  }
}

const isException = (words: readonly string[]): boolean =>
  words.some((word) => exceptions.has(word)) || words.join(' ').includes('apart from')

const exceptions = new Set(['except', 'exception', 'excepting', 'besides'])

const parting = new Set([
  ',',
  ';',
  ':',
  '(',
  ')',
  '–',
  '—',
  'but',
  'while',
  'whereas',
  'although',
  'though',
  'however',
  'yet',
  'and',
  'or',
  'because',
  'since',
  'after',
])

function split(words: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]]
  for (const word of words) {
    if (parting.has(word) || exceptions.has(word)) parts.push([])
    if (!/^[,;:()–—]$/.test(word)) parts.at(-1)?.push(word)
  }
  return parts.filter((part) => part.length > 0)
}

/** Fails wins: who writes of something that works says so without a word of failure. */
export function stateOf(words: readonly string[]): State {
  let state: State
  for (const [at, word] of words.entries()) {
    const found = stateAt(words, at, word)
    if (found === 'fails') return found
    state = found ?? state
  }
  return state
}

function stateAt(words: readonly string[], at: number, word: string): State {
  if (failures.has(word) || failurePhrases.has(`${word} ${words[at + 1]}`)) {
    if (word === 'no' || !isDenied(words, at)) return 'fails'
    return 'works'
  }
  if (successes.has(word)) return isDenied(words, at) || isPrevented(words, at) ? 'fails' : 'works'
  if (means.has(word) && isDenied(words, at)) return 'fails'
  if (verbs.has(word) && words[at - 1] === 'can') return 'works'
  // `the new ones do not`
  if (word === 'not' && at > 0 && at === words.length - 1) return 'fails'
  return undefined
}

const reach = 4

/** `does not`, `cannot`, `no … possible`, up to a few words before. */
const isDenied = (words: readonly string[], at: number): boolean =>
  words.slice(Math.max(0, at - reach), at).some((word) => denials.has(word))

/** `fails to connect`, `impossible to reach`, `stopped working`. */
const isPrevented = (words: readonly string[], at: number): boolean =>
  words.slice(Math.max(0, at - 3), at).some((word) => failures.has(word))

const set = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const denials = set('not no without nothing nobody none zero')

const failures = set(
  'fail fails failed failing failure failures broken breaks broke break timeout timeouts time-out time-outs timed-out hang hangs hanging hung stall stalls stalled stalling stuck unreachable lost loss loses lose losing drop drops dropped dropping dead refused impossible blocked rejected interrupted unreliable inaccessible disconnected isolated starve starves blackholed black-holed vanish vanishes',
)

const failurePhrases: ReadonlySet<string> = new Set([
  'time out',
  'times out',
  'timed out',
  'timing out',
  'goes nowhere',
  'is down',
  'are down',
  'was down',
  'no longer',
  'stopped working',
  'stops working',
  'host unreachable',
])

const successes = set(
  'work works working worked ok okay fine succeed succeeds succeeded successful reach reaches reached reachable communicate communicates connect connects connected talk talks see sees resolve resolves resolved respond responds answer answers possible pass passes passed arrive arrives accessible loads healthy normal well good',
)

/** Failures when they are missing (`no connectivity`, `cannot ping`); by themselves they say nothing. */
const verbs = set('ping curl ssh access open load telnet browse pull talk')
const means = new Set([
  ...verbs,
  ...set(
    'connectivity connection connections communication network networking traffic route response reply replies get',
  ),
])
