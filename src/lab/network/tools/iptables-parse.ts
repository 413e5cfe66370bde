/** What a command line of iptables, or a line of iptables-restore, says: its verb, and the rule that it describes. */
import type { Rule } from '#lab/network/rule.ts'
import { type Draft, Refusal, ruleOf, takeOption } from '#lab/network/tools/iptables-options.ts'

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

/** Reads the words after the program's name. Throws {@link Refusal}. */
export function parseCommand(words: readonly string[], program: string): Command {
  const left = [...words]
  const draft: Draft = { match: {}, comments: [], jump: undefined, options: new Map() }
  const flags = new Set<Flag>()
  let verb: Verb | undefined
  let chain: string | undefined
  let operand: string | undefined
  let table = 'filter'
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
    const wanted = longVerbs[word] ?? (/^-([AIDRCLSFZNXEP])$/.exec(word)?.[1] as Verb | undefined)
    if (wanted !== undefined) {
      if (wanted === 'Z' && verb === 'L') {
        flags.add('zero')
        continue
      }
      if (wanted === 'L' && verb === 'Z') flags.add('zero')
      verb = wanted
      if (left[0] !== undefined && !left[0].startsWith('-') && left[0] !== '!') chain = left.shift()
      const takes = 'IDR'.includes(verb) ? /^\d+$/ : 'PE'.includes(verb) ? /^[^-!]/ : undefined
      if (takes !== undefined && left[0] !== undefined && takes.test(left[0])) operand = left.shift()
    } else if (word === '-t' || word === '--table') table = value(word)
    else if (/^-[nvx]+$/.test(word)) {
      for (const letter of word.slice(1))
        flags.add(letter === 'n' ? 'numeric' : letter === 'v' ? 'verbose' : 'exact')
    } else if (/^-[nvx]*L[nvx]*$/.test(word)) {
      verb = 'L'
      left.unshift(...[...word.slice(1)].filter((letter) => letter !== 'L').map((letter) => `-${letter}`))
      const at = left.findIndex((each) => !each.startsWith('-'))
      if (at >= 0 && left.slice(0, at).every((each) => /^-[nvx]$/.test(each))) chain = left.splice(at, 1)[0]
    } else if (
      word === '--numeric' ||
      word === '--verbose' ||
      word === '--exact' ||
      word === '--line-numbers'
    )
      flags.add(word.slice(2) as 'numeric') // one of the four
    else if (word === '-w' || word === '--wait' || word === '-W') {
      if (/^\d+$/.test(left[0] ?? '')) left.shift()
    } else if (/^-w\d+$/.test(word) || word === '-4' || word === '--ipv4') continue
    else if (word === '-c' || word === '--set-counters') left.splice(0, 2)
    else if (!takeOption(draft, { word, not, value })) throw refuse(`unknown option "${word}"`)
    not = false
  }
  return { verb, chain, operand, table, flags, rule: ruleOf(draft, refuse) }
}
