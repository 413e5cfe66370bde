/** Rules in the words of iptables. */
import type { Process } from '#lab/host/ports.ts'
import type { PortRange, Rule, SetMatch, Table, Tables } from '#lab/network/rule.ts'

export const tableNames = ['raw', 'mangle', 'nat', 'filter'] as const
export type TableName = (typeof tableNames)[number]
export type Chains = Readonly<Record<string, readonly Rule[]>>

const builtins = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
} as const

/** The back-end that a program of iptables' works on, by its name: plain names are those of nf_tables, as on hosts of today. */
export type IptablesBackend = 'nft' | 'legacy'

export const backendOf = (p: Process): IptablesBackend =>
  /-legacy(?:-|$)/.test(p.argv[0] ?? '') ? 'legacy' : 'nft'

/** The tables that such a program reads and writes. */
export const tablesOf = (p: Process): Tables => (backendOf(p) === 'legacy' ? p.net.legacy : p.net)

/** What the tools of nf_tables remark where the old back-end has rules, too (netfilter/iptables:iptables/nft-shared.c). */
export function warnOfLegacy(p: Process, tool: 'iptables-legacy' | 'iptables-legacy-save'): void {
  const isUsed = tableNames.some((name) => isInUse(p.net.legacy[name], name))
  if (isUsed && backendOf(p) === 'nft')
    p.stderr.write(`# Warning: iptables-legacy tables present, use ${tool} to see them\n`)
}

/** Rules, or a policy that is not the kernel's. */
export const isInUse = (table: Table, name: TableName): boolean =>
  Object.keys(table.chains()).length > 0 || builtins[name].some((chain) => table.policy(chain) !== 'accept')

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
  const { protocol, notProtocol } = match
  return [
    match.source === undefined ? '' : negated('-s', match.source),
    match.destination === undefined ? '' : negated('-d', match.destination),
    match.in === undefined ? '' : ` ${interfaceText('-i', match.in)}`,
    match.out === undefined ? '' : ` ${interfaceText('-o', match.out)}`,
    protocol === undefined ? '' : ` -p ${protocolText(protocol)}`,
    notProtocol === undefined ? '' : ` ! -p ${protocolText(notProtocol)}`,
    ...(comment ?? '')
      .split('\n')
      .map((line) => (line === '' ? '' : ` -m comment --comment ${quoted(line)}`)),
    ...[...(match.set ? [match.set] : []), ...(match.sets ?? [])].map(setText),
    match.port === undefined ? '' : ` -m ${protocol ?? 'tcp'} --dport ${match.port}`,
    portsText('--sports', match.sourcePorts),
    portsText('! --sports', match.notSourcePorts),
    portsText('--dports', match.ports),
    portsText('! --dports', match.notPorts),
    icmpText(match.icmp),
    match.state === undefined ? '' : ` -m conntrack ${stateText(match.state)}`,
    match.mark === undefined ? '' : ` -m mark --mark ${hex(match.mark)}/${hex(match.mark)}`,
    match.unmarked === undefined ? '' : ` -m mark --mark 0x0/${hex(match.unmarked)}`,
    match.reversePath === undefined ? '' : ' -m rpfilter --validmark --invert',
    addressTypeText(match),
    match.oneIn === undefined || match.oneIn === 1
      ? ''
      : ` -m statistic --mode random --probability ${(1 / match.oneIn).toFixed(11)}`,
    recentText(match.recent),
    targetText(target),
  ].join('')
}

const negated = (flag: string, value: string): string =>
  value.startsWith('!')
    ? ` ! ${flag} ${withLength(value.replace(/^!\s*/, ''))}`
    : ` ${flag} ${withLength(value)}`

const interfaceText = (flag: string, name: string): string =>
  name.startsWith('!') ? `! ${flag} ${name.slice(1).trim()}` : `${flag} ${name}`

/** By its name in /etc/protocols. */
const protocolText = (protocol: string): string => (protocol === 'ipip' ? 'ipencap' : protocol)

const setText = ({ name, side, not }: SetMatch): string =>
  ` -m set${not ? ' !' : ''} --match-set ${name} ${side}`

const portsText = (flag: string, ports: readonly PortRange[] | undefined): string =>
  ports === undefined ? '' : ` -m multiport ${flag} ${ports.map(portText).join()}`

const portText = (range: PortRange): string => (typeof range === 'number' ? `${range}` : range.join(':'))

function icmpText(icmp: Rule['match']['icmp']): string {
  if (icmp === undefined) return ''
  const { type, code, not } = icmp
  return ` -m icmp${not ? ' !' : ''} --icmp-type ${code === undefined ? type : `${type}/${code}`}`
}

function stateText(state: NonNullable<Rule['match']['state']>): string {
  switch (state) {
    case 'new':
      return '--ctstate NEW'
    case 'established':
      return '--ctstate RELATED,ESTABLISHED'
    case 'invalid':
      return '--ctstate INVALID'
    case 'dnat':
      return '--ctstate DNAT'
    default:
      return '! --ctstate DNAT'
  }
}

function addressTypeText({ sourceType, destinationType }: Rule['match']): string {
  const elsewhere =
    sourceType === 'local-elsewhere' ? ' -m addrtype ! --src-type LOCAL --limit-iface-out' : ''
  const source = sourceType === undefined ? '' : ' -m addrtype --src-type LOCAL'
  return elsewhere + source + (destinationType === undefined ? '' : ' -m addrtype --dst-type LOCAL')
}

function recentText(recent: Rule['match']['recent']): string {
  if (recent === undefined) return ''
  const { name, op } = recent
  const how = op === 'set' ? '--set' : `--rcheck --seconds ${recent.seconds} --reap`
  return ` -m recent ${how} --name ${name} --mask 255.255.255.255 --rsource`
}

function targetText(target: Rule['target']): string {
  switch (target.kind) {
    case 'jump':
      return ` -j ${target.chain}`
    case 'goto':
      return ` -g ${target.chain}`
    case 'dnat':
      return ` -j DNAT --to-destination ${target.to}${target.port === undefined ? '' : `:${target.port}`}`
    case 'snat':
      return ` -j SNAT --to-source ${target.to}`
    case 'masquerade':
      return ' -j MASQUERADE --random-fully'
    case 'mark':
      if (target.mark === 0 && target.mask === undefined) return '' // a rule without a target
      return ` -j MARK --set-xmark ${hex(target.mark)}/${hex(target.mask ?? target.mark)}`
    case 'log':
      return ` -j LOG --log-prefix ${quoted(`${target.prefix}: `)}`
    case 'none':
      return ''
    case 'notrack':
      return ' -j CT --notrack'
    case 'reject':
      return ` -j REJECT --reject-with ${target.with ?? 'icmp-port-unreachable'}`
    default:
      return ` -j ${target.kind.toUpperCase()}`
  }
}

const withLength = (text: string): string => (text.includes('/') ? text : `${text}/32`)
/** iptables quotes what is not a plain word. */
const quoted = (text: string): string => (/^[A-Za-z0-9_-]+$/.test(text) ? text : `"${text}"`)
const hex = (value: number): string => `0x${value.toString(16)}`
