/** What a command line of iptables, or a line of iptables-restore, says: its verb, and the rule that it describes. */
import { bySpelling } from '#base/spellings.ts'
import type { Rule } from '#lab/network/rule.ts'
import { type Draft, Refusal, takeOption } from '#lab/network/tools/iptables-options.ts'
import { ruleOf } from '#lab/network/tools/iptables-target.ts'

/** `zero`: `-Z` beside `-L`. */
export type Flag = 'numeric' | 'verbose' | 'exact' | 'line-numbers' | 'zero'

export type Verb = 'A' | 'I' | 'D' | 'R' | 'C' | 'L' | 'S' | 'F' | 'Z' | 'N' | 'X' | 'E' | 'P'

export interface Command {
  readonly verb: Verb | undefined
  readonly chain: string | undefined
  /** A rule's number, a policy, a new name: what follows the chain. */
  readonly operand: string | undefined
  readonly table: string
  readonly flags: ReadonlySet<Flag>
  readonly rule: Rule
}

const longVerbs: Readonly<Record<string, Verb>> = {
  '--append': 'A',
  '--insert': 'I',
  '--delete': 'D',
  '--replace': 'R',
  '--check': 'C',
  '--list': 'L',
  '--list-rules': 'S',
  '--flush': 'F',
  '--zero': 'Z',
  '--new-chain': 'N',
  '--delete-chain': 'X',
  '--rename-chain': 'E',
  '--policy': 'P',
}

/** A command line as far as it was read. */
interface Reading {
  readonly left: string[]
  readonly flags: Set<Flag>
  verb: Verb | undefined
  chain: string | undefined
  operand: string | undefined
  table: string
}

/** Reads the words after the program's name. Throws {@link Refusal}. */
export function parseCommand(words: readonly string[], program: string): Command {
  const left = [...words]
  const draft: Draft = { match: {}, comments: [], jump: undefined, options: new Map() }
  const reading: Reading = {
    left,
    flags: new Set(),
    verb: undefined,
    chain: undefined,
    operand: undefined,
    table: 'filter',
  }
  const refuse = (text: string): Refusal => new Refusal(`${program}: ${text}`)
  const value = (option: string): string => {
    const word = left.shift()
    if (word === undefined) throw refuse(`option "${option}" requires an argument`)
    return word
  }
  let not = false
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '!') {
      not = true
      continue
    }
    if (word === '-t' || word === '--table') reading.table = value(word)
    else if (!takeOwn(reading, word) && !takeOption(draft, { word, not, value }))
      throw refuse(`unknown option "${word}"`)
    not = false
  }
  const { verb, chain, operand, table, flags } = reading
  return { verb, chain, operand, table, flags, rule: ruleOf(draft, refuse) }
}

/** Takes what belongs to the command and not to its rule; answers whether the word does. */
function takeOwn(reading: Reading, word: string): boolean {
  const verb = longVerbs[word] ?? (/^-([AIDRCLSFZNXEP])$/.exec(word)?.[1] as Verb | undefined)
  if (verb !== undefined) takeVerb(reading, verb)
  else if (/^-[nvx]*L[nvx]*$/.test(word)) takeListing(reading, word)
  else if (/^-[nvx]+$/.test(word)) for (const letter of word.slice(1)) reading.flags.add(flagOf(letter))
  else {
    const take = own.get(word)
    take?.(reading)
    return take !== undefined || /^-w\d+$/.test(word)
  }
  return true
}

/** With the chain that it is about, and what follows that. */
function takeVerb(reading: Reading, verb: Verb): void {
  const { left, flags } = reading
  if ((verb === 'Z' && reading.verb === 'L') || (verb === 'L' && reading.verb === 'Z')) flags.add('zero')
  if (verb === 'Z' && reading.verb === 'L') return
  reading.verb = verb
  if (left[0] !== undefined && !left[0].startsWith('-') && left[0] !== '!') reading.chain = left.shift()
  const takes = 'IDR'.includes(verb) ? /^\d+$/ : 'PE'.includes(verb) ? /^[^-!]/ : undefined
  if (takes !== undefined && left[0] !== undefined && takes.test(left[0])) reading.operand = left.shift()
}

/** `-vnL INPUT`, `-L -n INPUT`: the chain stands behind all of these letters. */
function takeListing(reading: Reading, word: string): void {
  const { left } = reading
  reading.verb = 'L'
  left.unshift(...[...word.slice(1)].filter((letter) => letter !== 'L').map((letter) => `-${letter}`))
  const at = left.findIndex((each) => !each.startsWith('-'))
  if (at >= 0 && left.slice(0, at).every((each) => /^-[nvx]$/.test(each)))
    reading.chain = left.splice(at, 1)[0]
}

const flagOf = (letter: string): Flag => (letter === 'n' ? 'numeric' : letter === 'v' ? 'verbose' : 'exact')

const own = bySpelling<(reading: Reading) => void>([
  ['--numeric', ({ flags }) => flags.add('numeric')],
  ['--verbose', ({ flags }) => flags.add('verbose')],
  ['--exact', ({ flags }) => flags.add('exact')],
  ['--line-numbers', ({ flags }) => flags.add('line-numbers')],
  ['-w --wait -W', ({ left }) => void (/^\d+$/.test(left[0] ?? '') && left.shift())],
  ['-4 --ipv4', () => {}],
  ['-c --set-counters', ({ left }) => left.splice(0, 2)],
])
