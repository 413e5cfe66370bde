import type { FilterRuleRow } from '#cluster/relations.ts'

/** What a rule matches and does, whatever printed it. */
export type RuleParts = Pick<
  FilterRuleRow,
  | 'target'
  | 'protocol'
  | 'source'
  | 'destination'
  | 'inInterface'
  | 'outInterface'
  | 'ports'
  | 'set'
  | 'comment'
  | 'rejectWith'
  | 'packets'
  | 'conditions'
>

/** A rule's parts while its words are read. */
export type RuleDraft = { -readonly [Part in keyof RuleParts]: RuleParts[Part] }

/**
 * The words behind `-A CHAIN`, as `iptables-save` and `iptables -S` print them.
 *
 * @see netfilter/iptables:iptables/iptables.c (print_rule4), libxtables/xtoptions.c
 */
export function parseRule(words: readonly string[]): RuleParts {
  const rule: RuleDraft = { target: '' }
  const conditions: string[] = []
  for (let index = 0; index < words.length; ) {
    const isNot = words[index] === '!'
    const at = isNot ? index + 1 : index
    const word = words[at] ?? ''
    const end = endOfOption(words, at)
    const values = words.slice(at + 1, end)
    if (word.startsWith('#')) break
    take(rule, conditions, { word, isNot, values })
    index = Math.max(end, index + 1)
  }
  if (conditions.length > 0) rule.conditions = conditions.join(', ')
  return rule
}

/** An option ends where the next one, the `!` before it, or a person's remark begins. */
function endOfOption(words: readonly string[], at: number): number {
  let end = at + 1
  while (end < words.length && !isOption(words, end) && words[end] !== '#') end++
  return end
}

const isOption = (words: readonly string[], at: number): boolean =>
  /^--?[a-z]/i.test(words[at] ?? '') || (words[at] === '!' && /^--?[a-z]/i.test(words[at + 1] ?? ''))

interface Option {
  readonly word: string
  readonly isNot: boolean
  readonly values: readonly string[]
}

function take(rule: RuleDraft, conditions: string[], { word, isNot, values }: Option): void {
  // Old versions put the exclamation mark behind the option.
  const isOldNot = values[0] === '!'
  const value = `${isNot || isOldNot ? '!' : ''}${(isOldNot ? values.slice(1) : values).join(' ')}`
  const part = parts[word]
  if (part === undefined) {
    if (!ofTargets.test(word))
      conditions.push(`${isNot ? '!' : ''}${word.replace(/^-+/, '')} ${values.join(' ')}`.trim())
  } else if (part === 'packets') rule.packets = Number(values[0]) || 0
  else if (part === 'set') rule.set = `${isNot ? '!' : ''}${values[0] ?? ''}`
  else if (part !== 'module') rule[part] = value
}

const parts: Readonly<Record<string, Exclude<keyof RuleParts, 'conditions'> | 'module'>> = {
  '-s': 'source',
  '--source': 'source',
  '-d': 'destination',
  '--destination': 'destination',
  '-p': 'protocol',
  '--protocol': 'protocol',
  '-i': 'inInterface',
  '--in-interface': 'inInterface',
  '-o': 'outInterface',
  '--out-interface': 'outInterface',
  '-j': 'target',
  '--jump': 'target',
  '-g': 'target',
  '--goto': 'target',
  '--dport': 'ports',
  '--dports': 'ports',
  '--destination-port': 'ports',
  '--destination-ports': 'ports',
  '--match-set': 'set',
  '--comment': 'comment',
  '--reject-with': 'rejectWith',
  '-c': 'packets',
  // Names the extension whose options follow; they say it all.
  '-m': 'module',
  '--match': 'module',
}

/** Options of targets: they say what is done, not to what. */
const ofTargets =
  /^--(?:to(?:-|$)|set-|log-|nflog-|nfmask|ctmask|save-mark|restore-mark|and-mark|or-mark|xor-mark|random|persistent|notrack|zone|checksum|clamp|queue|type|selctx|hitcount-|tproxy|on-|gateway|helper|hashlimit-htable)/

/** Words of a rule: what stands in quotation marks is one word. */
export function ruleWords(line: string): readonly string[] {
  const words: string[] = []
  for (const [, quoted, plain] of line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g))
    words.push(quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'))
  return words
}
