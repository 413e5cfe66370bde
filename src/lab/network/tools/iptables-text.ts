/** Rules in the words of iptables. */
import type { Process } from '#lab/host/ports.ts'
import type { Rule } from '#lab/network/ports.ts'

export type TableName = 'filter' | 'nat'
export type Chains = Readonly<Record<string, readonly Rule[]>>

const builtins = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
} as const

/** Even looking at rules needs the capability. */
export const mayRead = (p: Process): boolean => p.credentials.effective.has('NET_ADMIN')

export const permissionWords =
  'v1.8.7 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n'

export const isBuiltin = (table: TableName, chain: string): boolean =>
  (builtins[table] as readonly string[]).includes(chain)

/** Chains that rules only point to exist, too: empty. */
export function chainNames(table: TableName, chains: Chains): readonly string[] {
  const targets = Object.values(chains).flatMap((rules) =>
    rules.flatMap(({ target }) => (target.kind === 'jump' || target.kind === 'goto' ? [target.chain] : [])),
  )
  const own = new Set([...Object.keys(chains), ...targets].filter((name) => !isBuiltin(table, name)))
  return [...builtins[table], ...[...own].sort()]
}

export const ruleLines = (names: readonly string[], chains: Chains): string =>
  names.flatMap((name) => (chains[name] ?? []).map((rule) => `-A ${name}${ruleText(rule)}\n`)).join('')

/** What follows the chain's name: ` -s 10.0.0.0/8 … -j ACCEPT`. Lines of a rule's comment are comments of their own. */
export function ruleText({ match, comment, target }: Rule): string {
  const negated = (flag: string, value: string): string =>
    value.startsWith('!')
      ? ` ! ${flag} ${withLength(value.replace(/^!\s*/, ''))}`
      : ` ${flag} ${withLength(value)}`
  return [
    match.source === undefined ? '' : negated('-s', match.source),
    match.destination === undefined ? '' : negated('-d', match.destination),
    match.in === undefined ? '' : ` -i ${match.in}`,
    match.out === undefined ? '' : ` -o ${match.out}`,
    match.protocol === undefined ? '' : ` -p ${match.protocol}`,
    ...(comment ?? '')
      .split('\n')
      .map((line) => (line === '' ? '' : ` -m comment --comment ${quoted(line)}`)),
    match.set === undefined
      ? ''
      : ` -m set${match.set.not ? ' !' : ''} --match-set ${match.set.name} ${match.set.side}`,
    match.port === undefined ? '' : ` -m ${match.protocol ?? 'tcp'} --dport ${match.port}`,
    match.state === undefined
      ? ''
      : ` -m conntrack --ctstate ${match.state === 'new' ? 'NEW' : 'RELATED,ESTABLISHED'}`,
    match.mark === undefined ? '' : ` -m mark --mark ${hex(match.mark)}/${hex(match.mark)}`,
    match.oneIn === undefined || match.oneIn === 1
      ? ''
      : ` -m statistic --mode random --probability ${(1 / match.oneIn).toFixed(11)}`,
    targetText(target),
  ].join('')
}

function targetText(target: Rule['target']): string {
  switch (target.kind) {
    case 'jump':
      return ` -j ${target.chain}`
    case 'goto':
      return ` -g ${target.chain}`
    case 'dnat':
      return ` -j DNAT --to-destination ${target.to}:${target.port}`
    case 'masquerade':
      return ' -j MASQUERADE --random-fully'
    case 'mark':
      return ` -j MARK --set-xmark ${hex(target.mark)}/${hex(target.mark)}`
    case 'reject':
      return ' -j REJECT --reject-with icmp-port-unreachable'
    default:
      return ` -j ${target.kind.toUpperCase()}`
  }
}

const withLength = (text: string): string => (text.includes('/') ? text : `${text}/32`)
/** iptables quotes what is not a plain word. */
const quoted = (text: string): string => (/^[A-Za-z0-9_-]+$/.test(text) ? text : `"${text}"`)
const hex = (value: number): string => `0x${value.toString(16)}`
