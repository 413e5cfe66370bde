/** `iptables -L`: rules in columns. */
import type { PortRange, Rule, Table } from '#lab/network/rule.ts'
import type { Count } from '#lab/network/tally.ts'
import type { Chains } from '#lab/network/tools/iptables-text.ts'

export interface ListStyle {
  readonly numeric: boolean
  readonly verbose: boolean
  readonly exact: boolean
  readonly numbered: boolean
}

/** One chain. `state` is `policy DROP` or `2 references`. */
export function chainListing(
  name: string,
  chains: Chains,
  o: {
    readonly policy: 'accept' | 'drop' | undefined
    readonly style: ListStyle
    readonly counted: ReturnType<Table['counted']>
  },
): string {
  const { style, policy, counted } = o
  const shown = (value: number): string => countText(value, style.exact)
  const counters = style.verbose
    ? ` ${shown(counted.policy.packets)} packets, ${shown(counted.policy.bytes)} bytes`
    : ''
  const state =
    policy === undefined
      ? `${references(name, chains)} references`
      : `policy ${policy.toUpperCase()}${counters}`
  const number = style.numbered ? 'num  ' : ''
  const head = style.verbose
    ? `${number}${style.exact ? '    pkts      bytes' : ' pkts bytes'} target     prot opt in     out     source               destination         \n`
    : `${number}target     prot opt source               destination         \n`
  const rows = (chains[name] ?? []).map((rule, at) => {
    const prefix = style.numbered ? String(at + 1).padEnd(4) : ''
    return `${prefix}${style.numbered ? ' ' : ''}${style.verbose ? counterColumns(counted.rules[at], style) : ''}${row(rule, style)}\n`
  })
  return `Chain ${name} (${state})\n${head}${rows.join('')}`
}

/** netfilter/iptables:libxtables/xtables.c (xtables_print_num) */
function countText(value: number, exact: boolean): string {
  let left = value
  if (exact || left <= 99_999) return String(left)
  for (const unit of ['K', 'M', 'G']) {
    left = Math.floor((left + 500) / 1000)
    if (left <= 9999) return `${left}${unit}`
  }
  return `${Math.floor((left + 500) / 1000)}T`
}

function counterColumns({ packets, bytes }: Count = { packets: 0, bytes: 0 }, { exact }: ListStyle): string {
  const width = exact ? 8 : 5
  return [packets, bytes].map((value) => `${countText(value, exact).padStart(width)} `).join('')
}

const references = (name: string, chains: Chains): number =>
  Object.values(chains)
    .flat()
    .filter(({ target }) => 'chain' in target && target.chain === name).length

function row(rule: Rule, style: ListStyle): string {
  const { match, target } = rule
  const anywhere = style.numeric ? '0.0.0.0/0' : 'anywhere'
  const address = (text: string | undefined): string => {
    const plain = (text ?? anywhere).replace(/\/32$/, '').replace(/^!\s*/, '!')
    return plain.padEnd(20)
  }
  const link = (text: string | undefined): string => (text ?? (style.numeric ? '*' : 'any')).padEnd(6)
  const name = targetName(target).padEnd(10)
  const protocol = (
    match.notProtocol === undefined ? protocolText(match.protocol) : `!${match.notProtocol}`
  ).padEnd(4)
  const extra = [...details(rule), ...targetDetails(target)].join(' ')
  const where = `${address(match.source)} ${address(match.destination)}${extra === '' ? '' : ` ${extra}`}`
  return style.verbose
    ? `${name} ${protocol} --  ${link(match.in)} ${link(match.out)}  ${where}`
    : `${name} ${protocol} --  ${where}`
}

const protocolText = (protocol: string | undefined): string =>
  protocol === undefined ? 'all' : protocol === 'ipip' ? 'ipencap' : protocol

function targetName(target: Rule['target']): string {
  if ('chain' in target) return target.chain
  if (target.kind === 'notrack') return 'CT'
  if (target.kind === 'none') return ''
  if (target.kind === 'mark' && target.mark === 0 && target.mask === undefined) return ''
  return target.kind.toUpperCase()
}

/** The conditions beyond address, interface and protocol, in iptables' words. */
function details({ match, comment }: Rule): string[] {
  const protocol = match.protocol ?? 'tcp'
  const many = (label: string, ranges: readonly PortRange[] | undefined): string[] =>
    ranges === undefined
      ? []
      : [
          `multiport ${label} ${ranges.map((range) => (typeof range === 'number' ? range : range.join(':'))).join(',')}`,
        ]
  return [
    ...(comment ?? '').split('\n').flatMap((line) => (line === '' ? [] : [`/* ${line} */`])),
    ...(match.port === undefined ? [] : [`${protocol} dpt:${match.port}`]),
    ...many('dports', match.ports),
    ...many('dports !', match.notPorts),
    ...many('sports', match.sourcePorts),
    ...many('sports !', match.notSourcePorts),
    ...(match.icmp === undefined ? [] : [`icmptype ${match.icmp.type}`]),
    ...stateWords(match.state),
    ...[...(match.set ? [match.set] : []), ...(match.sets ?? [])].map(
      (set) => `${set.not ? '! ' : ''}match-set ${set.name} ${set.side}`,
    ),
    ...(match.mark === undefined ? [] : [`mark match ${hex(match.mark)}/${hex(match.mark)}`]),
    ...(match.unmarked === undefined ? [] : [`mark match 0x0/${hex(match.unmarked)}`]),
    ...(match.sourceType === undefined ? [] : ['ADDRTYPE match src-type LOCAL']),
    ...(match.destinationType === undefined ? [] : ['ADDRTYPE match dst-type LOCAL']),
    ...(match.reversePath === undefined ? [] : ['rpfilter validmark invert']),
    ...(match.oneIn === undefined || match.oneIn === 1
      ? []
      : [`statistic mode random probability ${(1 / match.oneIn).toFixed(11)}`]),
  ]
}

function stateWords(state: Rule['match']['state']): string[] {
  if (state === undefined) return []
  const words = {
    new: 'ctstate NEW',
    established: 'ctstate RELATED,ESTABLISHED',
    invalid: 'ctstate INVALID',
    dnat: 'ctstate DNAT',
    'not-dnat': '! ctstate DNAT',
  }
  return [words[state]]
}

function targetDetails(target: Rule['target']): string[] {
  switch (target.kind) {
    case 'goto':
      return ['[goto] ']
    case 'reject':
      return [`reject-with ${target.with ?? 'icmp-port-unreachable'}`]
    case 'dnat':
      return [`to:${target.to}${target.port === undefined ? '' : `:${target.port}`}`]
    case 'snat':
      return [`to:${target.to}`]
    case 'masquerade':
      return ['random-fully']
    case 'log':
      return [`LOG flags 0 level 4 prefix "${target.prefix}: "`]
    case 'notrack':
      return ['NOTRACK']
    case 'mark':
      return target.mark === 0 && target.mask === undefined
        ? []
        : [
            target.mask === undefined || target.mask === target.mark
              ? `MARK or ${hex(target.mark)}`
              : `MARK xset ${hex(target.mark)}/${hex(target.mask)}`,
          ]
    default:
      return []
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`
