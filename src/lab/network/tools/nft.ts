/**
 * `nft` for looking: `list ruleset|tables|table|chain|chains`, `flush ruleset|table|chain`, `--version`. The tables are those that
 * iptables-nft made; what iptables says in its own words stands as nft shows what it cannot translate.
 *
 * Not imitated: adding rules in nft's language, sets, JSON, handles that last (`-a` numbers anew), monitor.
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import type { Rule } from '#lab/network/rule.ts'
import type { Count } from '#lab/network/tally.ts'
import {
  chainNames,
  isBuiltin,
  mayRead,
  type TableName,
  tableNames,
} from '#lab/network/tools/iptables-text.ts'

export const nft: Program = async (p) => {
  const flags = p.argv.slice(1).filter((word) => word.startsWith('-'))
  const words = p.argv.slice(1).filter((word) => !word.startsWith('-'))
  if (flags.includes('-v') || flags.includes('--version')) {
    p.stdout.write('nftables v1.0.2 (Lester Gooch)\n')
    return 0
  }
  if (!mayRead(p)) {
    p.stderr.write('Operation not permitted (you must be root)\n')
    return 1
  }
  const [verb, what, family, table, chain] = words
  const handles = flags.some((flag) => flag === '-a' || flag === '--handle')
  if (verb === 'list' && (what === 'ruleset' || what === 'tables' || what === 'chains')) {
    p.stdout.write(
      tableNames
        .filter((name) => isThere(p, name))
        .map((name) => (what === 'tables' ? `table ip ${name}\n` : tableText(p, name, { handles })))
        .join(''),
    )
    return 0
  }
  const name = tableNames.find((each) => each === table && family === 'ip' && isThere(p, each))
  if (name === undefined && (what === 'table' || what === 'chain')) {
    p.stderr.write(
      `Error: No such file or directory\n${words.join(' ')}\n${' '.repeat(words.slice(0, 3).join(' ').length + 1)}${'^'.repeat((table ?? '').length)}\n`,
    )
    return 1
  }
  if (verb === 'list' && name !== undefined) {
    p.stdout.write(tableText(p, name, { handles, ...(chain === undefined ? {} : { only: chain }) }))
    return 0
  }
  if (verb === 'flush' && (what === 'ruleset' || name !== undefined)) return flush(p, name, chain)
  p.stderr.write(`Error: syntax error: the lab reads list and flush only\n${words.join(' ')}\n`)
  return 1
}

const isThere = (p: Process, name: TableName): boolean => Object.keys(p.net[name].chains()).length > 0

async function flush(p: Process, name: TableName | undefined, chain: string | undefined): Promise<number> {
  try {
    for (const each of name === undefined ? tableNames : [name]) {
      const chains = chain === undefined ? Object.keys(p.net[each].chains()) : [chain]
      await p.net[each].restore(Object.fromEntries(chains.map((other) => [other, []])))
    }
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`Error: Could not process rule: ${error.message}\n`)
    return 1
  }
}

const hooks: Readonly<Record<string, string>> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  FORWARD: 'forward',
  OUTPUT: 'output',
  POSTROUTING: 'postrouting',
}

function priorityOf(table: TableName, chain: string): string {
  if (table === 'raw') return '-300'
  if (table === 'mangle') return '-150'
  if (table === 'filter') return '0'
  return chain === 'PREROUTING' || chain === 'OUTPUT' ? '-100' : '100'
}

const priorityNames: Readonly<Record<string, string>> = {
  '-300': 'raw',
  '-150': 'mangle',
  '-100': 'dstnat',
  '0': 'filter',
  '100': 'srcnat',
}

function tableText(
  p: Process,
  name: TableName,
  o: { readonly handles: boolean; readonly only?: string },
): string {
  const chains = p.net[name].chains()
  let handle = 0
  const mark = (): string => (o.handles ? ` # handle ${++handle}` : '')
  const body = chainNames(name, chains)
    .filter((chain) => o.only === undefined || chain === o.only)
    .map((chain) => {
      const type = name === 'nat' ? 'nat' : name === 'mangle' && chain === 'OUTPUT' ? 'route' : 'filter'
      const head = isBuiltin(name, chain)
        ? `\t\ttype ${type} hook ${hooks[chain]} priority ${priorityNames[priorityOf(name, chain)]}; policy ${p.net[name].policy(chain)};\n`
        : ''
      const { rules: counts } = p.net[name].counted(chain)
      const rules = (chains[chain] ?? []).map((rule, at) => `\t\t${ruleWords(rule, counts[at])}${mark()}\n`)
      return `\tchain ${chain} {${mark()}\n${head}${rules.join('')}\t}\n`
    })
  return `table ip ${name} {${mark()}\n${body.join('\n')}}\n`
}

/** A rule as `nft` 1.0 shows what iptables-nft wrote: what it has words for in them, the rest as a comment. */
function ruleWords(rule: Rule, { packets, bytes }: Count = { packets: 0, bytes: 0 }): string {
  const { match, target, comment } = rule
  const protocol = match.protocol === 'ipip' ? '4' : match.protocol
  const address = (side: 'saddr' | 'daddr', text: string | undefined): string[] =>
    text === undefined
      ? []
      : [`ip ${side} ${text.startsWith('!') ? '!= ' : ''}${text.replace(/^!\s*/, '').replace(/\/32$/, '')}`]
  const link = (word: string, text: string | undefined): string[] =>
    text === undefined
      ? []
      : [`${word} ${text.startsWith('!') ? '!= ' : ''}"${text.replace(/^!\s*/, '').replace(/\+$/, '*')}"`]
  const words = [
    ...link('iifname', match.in),
    ...link('oifname', match.out),
    ...address('saddr', match.source),
    ...address('daddr', match.destination),
    ...(protocol === undefined ? [] : match.port === undefined ? [`meta l4proto ${protocol}`] : []),
    ...(comment === undefined ? [] : comment.split('\n').map((line) => `/* ${line} */`)),
    ...(match.port === undefined ? [] : [`${match.protocol ?? 'tcp'} dport ${match.port}`]),
    ...(match.state === undefined ? [] : [conntrackWords[match.state]]),
    ...(match.mark === undefined ? [] : [`meta mark and ${hex(match.mark)} == ${hex(match.mark)}`]),
    ...(match.unmarked === undefined ? [] : [`meta mark and ${hex(match.unmarked)} == 0x0`]),
    ...compatibility(rule),
    `counter packets ${packets} bytes ${bytes}`,
    targetWords(target),
  ]
  return words.filter((word) => word !== '').join(' ')
}

const conntrackWords = {
  new: 'ct state new',
  established: 'ct state related,established',
  invalid: 'ct state invalid',
  dnat: 'ct status dnat',
  'not-dnat': 'ct status ! dnat',
} as const

/** nft cannot show matches of xtables: it leaves them as a comment. */
function compatibility({ match }: Rule): string[] {
  return [
    ...(match.set === undefined && match.sets === undefined ? [] : ['# match-set']),
    ...(match.ports === undefined ? [] : ['# multiport']),
    ...(match.reversePath === undefined ? [] : ['# rpfilter']),
    ...(match.sourceType === undefined && match.destinationType === undefined
      ? []
      : ['fib daddr type local']),
    ...(match.oneIn === undefined || match.oneIn === 1 ? [] : ['# statistic']),
  ]
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`

function targetWords(target: Rule['target']): string {
  switch (target.kind) {
    case 'jump':
    case 'goto':
      return `${target.kind} ${target.chain}`
    case 'dnat':
      return `dnat to ${target.to}${target.port === undefined ? '' : `:${target.port}`}`
    case 'snat':
      return `snat to ${target.to}`
    case 'masquerade':
      return 'masquerade fully-random'
    case 'log':
      return `log prefix "${target.prefix}: "`
    case 'mark':
      return target.mark === 0 && target.mask === undefined ? '' : `meta mark set mark or ${hex(target.mark)}`
    case 'notrack':
      return 'notrack'
    case 'none':
      return ''
    default:
      return target.kind
  }
}
