/** `docker has set the policy of FORWARD to DROP`: what happens at the end of the chain, told in words. */
import type { FilterChainRow } from '#cluster/relations/filter-chains.ts'

/** The chain and its policy; nothing where somebody tells that they changed it to ACCEPT, which is an attempt. */
export function forwardPolicySaid(words: readonly string[]): readonly FilterChainRow[] {
  const isOfChain = words.includes('forward') && words.some((word) => subjects.has(word))
  const at = words.findIndex((word) => dropping.has(word))
  if (!isOfChain || at === -1) return []
  const before = words.slice(Math.max(0, at - 4), at)
  const isDenied = before.some((word) => denials.has(word)) || words.some((word) => changed.has(word))
  return isDenied
    ? []
    : [{ node: '', backend: 'unknown', family: 4, table: 'filter', chain: 'FORWARD', policy: 'DROP' }]
}

const set = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const subjects = set('policy chain default iptables')
const dropping = set('drop drops dropped dropping')
const denials = set('not no from rule rules felix cali-forward calico')
/** `from DROP to ACCEPT`, `an ACCEPT rule`. */
const changed = set('accept accepts accepted accepting')
