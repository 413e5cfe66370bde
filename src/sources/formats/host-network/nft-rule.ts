import type { RuleDraft, RuleParts } from '#sources/formats/host-network/iptables-rule.ts'

/** A rule of nft on its own: it begins with a match or a counter and ends with what is done. */
export function isNftRule(text: string): boolean {
  if (
    !/^(?:ct |i?ifname |[io]if(?:name)? |ip6? |meta |tcp |udp |th |icmp(?:v6)? |fib |counter |jump |goto |xt |# match-set |reject with )/.test(
      text,
    )
  )
    return false
  return (
    / counter packets \d{1,20} bytes \d|^counter packets \d{1,20} bytes \d/.test(text) ||
    /^(?:ct state |[io]ifname |[io]if |ip6? [sd]addr |meta l4proto |(?:tcp|udp|th) dport )[^;?!]{1,300} (?:accept|drop|return|reject(?: with .{1,60})?|(?:jump|goto) [\w-]{1,128})(?: comment ".{0,200}")?(?:\s+#.{0,200})?$/.test(
      text,
    )
  )
}

/**
 * A rule as `nft list` prints it, up to the brace that closes its chain.
 *
 * @see netfilter/nftables:src/statement.c, src/ct.c, src/meta.c, src/payload.c
 */
export function parseNftRule(text: string): { readonly rule: RuleParts; readonly rest: string } {
  const { words, end } = nftWords(text)
  const rule: RuleDraft = { target: '' }
  const conditions: string[] = []
  for (let index = 0; index < words.length; ) {
    const used = takeVerdict(rule, words, index) || takeMatch(rule, words, index)
    if (used > 0) index += used
    else if (words[index] === '#') break
    else conditions.push(words[index++] ?? '')
  }
  if (conditions.length > 0) rule.conditions = conditions.join(' ')
  return { rule, rest: text.slice(end) }
}

/** How many words say what is done, or count. */
function takeVerdict(rule: RuleDraft, words: readonly string[], at: number): number {
  const [word = '', second = '', third = ''] = words.slice(at, at + 3)
  if (verdicts.has(word)) {
    rule.target = word.toUpperCase()
    return word === 'reject' && second === 'with'
      ? takeReject(rule, words, at)
      : word.endsWith('nat')
        ? words.length - at
        : 1
  }
  if (word === 'jump' || word === 'goto') {
    rule.target = second
    return 2
  }
  if (word === 'counter') {
    if (second === 'packets') rule.packets = Number(third) || 0
    return second === 'packets' ? 5 : 1
  }
  if (word === 'comment') rule.comment = second
  if (word === 'xt' && second === 'target') rule.target = third
  if (word === 'log') return second === 'prefix' ? 3 : 1
  return word === 'comment' ? 2 : word === 'xt' ? 3 : 0
}

const verdicts: ReadonlySet<string> = new Set([
  'accept',
  'drop',
  'reject',
  'return',
  'queue',
  'masquerade',
  'snat',
  'dnat',
  'redirect',
])

/** `reject with icmpx type admin-prohibited`, `… icmp host-prohibited`, `… tcp reset`. */
function takeReject(rule: RuleDraft, words: readonly string[], at: number): number {
  const isTyped = words[at + 3] === 'type'
  rule.rejectWith = `${words[at + 2] ?? ''}-${words[at + (isTyped ? 4 : 3)] ?? ''}`
  return isTyped ? 5 : 4
}

/** How many words are a match that has a field of its own. */
function takeMatch(rule: RuleDraft, words: readonly string[], at: number): number {
  if (words[at] === '#' && words[at + 1] === 'match-set') {
    rule.set = words[at + 2] ?? ''
    return 4
  }
  if (words[at] === 'meta' && words[at + 1] === 'l4proto')
    return 1 + takeField(rule, 'protocol', words, at + 1)
  const one = ofOneWord[words[at] ?? '']
  if (one !== undefined) return takeField(rule, one, words, at)
  const two = ofTwoWords[`${words[at] ?? ''} ${words[at + 1] ?? ''}`]
  if (two === undefined) return 0
  if (two === 'ports' && words[at] !== 'th') rule.protocol = words[at] ?? ''
  return 1 + takeField(rule, two, words, at + 1)
}

type Field = 'protocol' | 'source' | 'destination' | 'inInterface' | 'outInterface' | 'ports'

const ofOneWord: Readonly<Record<string, Field>> = {
  iifname: 'inInterface',
  iif: 'inInterface',
  oifname: 'outInterface',
  oif: 'outInterface',
}
const ofTwoWords: Readonly<Record<string, Field>> = {
  'ip saddr': 'source',
  'ip6 saddr': 'source',
  'ip daddr': 'destination',
  'ip6 daddr': 'destination',
  'ip protocol': 'protocol',
  'ip6 nexthdr': 'protocol',
  'tcp dport': 'ports',
  'udp dport': 'ports',
  'th dport': 'ports',
}

function takeField(rule: RuleDraft, field: Field, words: readonly string[], at: number): number {
  const isNot = words[at + 1] === '!='
  const value = words[at + (isNot ? 2 : 1)] ?? ''
  if (value.startsWith('@') && !isNot) rule.set = value.slice(1)
  else rule[field] = `${isNot ? '!' : ''}${value}`
  return isNot ? 3 : 2
}

/** Words, quotations and sets `{ 179, 5473 }` as one word each; ends before a brace that nothing opened here. */
function nftWords(text: string): { readonly words: readonly string[]; readonly end: number } {
  const words: string[] = []
  for (const match of text.matchAll(/"([^"]*)"|\{([^{}]*)\}|(\})|([^\s{}"]+|[{"])/g)) {
    const [, quoted, set, brace, plain] = match
    if (brace !== undefined) return { words, end: match.index }
    if (quoted !== undefined) words.push(quoted)
    else if (set !== undefined) words.push(set.trim().replace(/\s{0,9},\s{0,9}/g, ','))
    else words.push(plain ?? '')
  }
  return { words, end: text.length }
}
