/**
 * `iptables` for looking (-S, -L) and for plain rules by hand (-A, -I, -D, -F, -P with ACCEPT).
 *
 * Not imitated: policies other than ACCEPT, matches and targets that the lab's rules do not have, counters, IPv6,
 * the raw and mangle tables.
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import type { Rule } from '#lab/network/ports.ts'
import {
  type Chains,
  chainNames,
  isBuiltin,
  mayRead,
  permissionWords,
  ruleLines,
  ruleText,
  type TableName,
} from '#lab/network/tools/iptables-text.ts'
import { type Options, parseOptions } from '#lab/network/tools/options.ts'

/** What a command line asks for cannot be done; the exit code says which way. */
class Refusal extends Error {
  readonly exitCode: number

  constructor(says: string, exitCode: number) {
    super(says)
    this.exitCode = exitCode
  }
}

export const iptables: Program = async (p) => {
  if (!mayRead(p)) {
    p.stderr.write(`iptables ${permissionWords}`)
    return 4
  }
  try {
    const o = parseOptions(p.argv.slice(1), known, withValue)
    if (o.unknown !== undefined)
      throw new Refusal(`iptables v1.8.7 (nf_tables): unknown option "${o.unknown}"`, 2)
    const table: TableName = o.value('table') === 'nat' ? 'nat' : 'filter'
    await run(p, table, o)
    return 0
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    p.stderr.write(`${error.message}\n`)
    return error.exitCode
  }
}

async function run(p: Process, table: TableName, o: Options): Promise<void> {
  const chains = p.net[table].chains()
  if (o.has('list-rules')) p.stdout.write(specification(table, chains, o.rest[0]))
  else if (o.has('list')) p.stdout.write(listing(table, chains, o.rest[0], { numeric: o.has('numeric') }))
  else if (o.has('flush')) await flush(p, table, o.rest[0])
  else if (o.has('policy')) return
  else await edit(p, table, o)
}

function named(table: TableName, chains: Chains, only: string | undefined): readonly string[] {
  const names = chainNames(table, chains).filter((chain) => only === undefined || chain === only)
  if (names.length === 0) throw new Refusal('iptables: No chain/target/match by that name.', 1)
  return names
}

function specification(table: TableName, chains: Chains, only: string | undefined): string {
  const names = named(table, chains, only)
  const heads = names.map((chain) => (isBuiltin(table, chain) ? `-P ${chain} ACCEPT\n` : `-N ${chain}\n`))
  return heads.join('') + ruleLines(names, chains)
}

function listing(
  table: TableName,
  chains: Chains,
  only: string | undefined,
  o: { numeric: boolean },
): string {
  const references = (name: string): number =>
    Object.values(chains)
      .flat()
      .filter(({ target }) => 'chain' in target && target.chain === name).length
  return named(table, chains, only)
    .map((name) => {
      const state = isBuiltin(table, name) ? 'policy ACCEPT' : `${references(name)} references`
      const columns = 'target     prot opt source               destination         \n'
      return `Chain ${name} (${state})\n${columns}${(chains[name] ?? []).map((rule) => row(rule, o)).join('')}`
    })
    .join('\n')
}

function row({ match, target, comment }: Rule, { numeric }: { readonly numeric: boolean }): string {
  const anywhere = numeric ? '0.0.0.0/0' : 'anywhere'
  const address = (text: string | undefined): string => (text ?? anywhere).replace(/\/32$/, '').padEnd(20)
  const name = 'chain' in target ? target.chain : target.kind.toUpperCase()
  const extra = [
    ...(comment ?? '').split('\n').map((line) => (line === '' ? '' : `/* ${line} */`)),
    match.port === undefined ? '' : `${match.protocol ?? 'tcp'} dpt:${match.port}`,
    match.state === undefined ? '' : `ctstate ${match.state === 'new' ? 'NEW' : 'RELATED,ESTABLISHED'}`,
    match.set === undefined ? '' : `match-set ${match.set.name} ${match.set.side}`,
    target.kind === 'dnat' ? `to:${target.to}:${target.port}` : '',
    target.kind === 'goto' ? '[goto] ' : '',
    target.kind === 'reject' ? 'reject-with icmp-port-unreachable' : '',
  ]
  const head = `${name.padEnd(10)} ${(match.protocol ?? 'all').padEnd(4)} --  ${address(match.source)} ${address(match.destination)}`
  return `${[head, ...extra.filter((word) => word !== '')].join(' ')}\n`
}

async function flush(p: Process, table: TableName, only: string | undefined): Promise<void> {
  const names = named(table, p.net[table].chains(), only)
  await p.net[table].restore(Object.fromEntries(names.map((name) => [name, []])))
}

async function edit(p: Process, table: TableName, o: Options): Promise<void> {
  const how = (['append', 'insert', 'delete'] as const).find((name) => o.has(name))
  const chain = how === undefined ? undefined : o.value(how)
  if (how === undefined || chain === undefined)
    throw new Refusal('iptables v1.8.7 (nf_tables): no command specified', 2)
  const present = p.net[table].chains()[chain] ?? []
  const number = o.rest[0] === undefined ? undefined : Number(o.rest[0])
  const rules = edited(present, { how, number, rule: o })
  try {
    await p.net[table].restore({ [chain]: rules })
  } catch (error) {
    if (!isErrno(error, 'EINVAL')) throw error
    throw new Refusal(`iptables v1.8.7 (nf_tables): host/network \`${error.path ?? ''}' not found`, 2)
  }
}

function edited(
  present: readonly Rule[],
  o: {
    readonly how: 'append' | 'insert' | 'delete'
    readonly number: number | undefined
    readonly rule: Options
  },
): readonly Rule[] {
  if (o.how === 'append') return [...present, ruleOf(o.rule)]
  if (o.how === 'insert') return present.toSpliced((o.number ?? 1) - 1, 0, ruleOf(o.rule))
  const text = o.number === undefined ? ruleText(ruleOf(o.rule)) : undefined
  const index =
    text === undefined ? (o.number ?? 0) - 1 : present.findIndex((rule) => ruleText(rule) === text)
  if (index < 0 || index >= present.length)
    throw new Refusal('iptables: Bad rule (does a matching rule exist in that chain?).', 1)
  return present.toSpliced(index, 1)
}

function ruleOf(o: Options): Rule {
  const value = (name: string): string | undefined => o.value(name)
  const [source, destination, inLink, outLink] = ['source', 'destination', 'in', 'out'].map(value)
  const [protocol, port, comment] = ['protocol', 'dport', 'comment'].map(value)
  const match: Rule['match'] = {
    ...(source === undefined ? {} : { source }),
    ...(destination === undefined ? {} : { destination }),
    ...(inLink === undefined ? {} : { in: inLink }),
    ...(outLink === undefined ? {} : { out: outLink }),
    ...(protocol === 'tcp' || protocol === 'udp' || protocol === 'icmp' ? { protocol } : {}),
    ...(port === undefined ? {} : { port: Number(port) }),
  }
  return { match, target: targetOf(value('jump')), ...(comment === undefined ? {} : { comment }) }
}

function targetOf(name: string | undefined): Rule['target'] {
  switch (name) {
    case 'ACCEPT':
    case 'DROP':
    case 'REJECT':
    case 'RETURN':
      return { kind: name.toLowerCase() as 'accept' | 'drop' | 'reject' | 'return' } // just those four
    case 'MASQUERADE':
      return { kind: 'masquerade' }
    case undefined:
      throw new Refusal('iptables v1.8.7 (nf_tables): this lab carries no rule without a target (-j)', 2)
    default:
      return { kind: 'jump', chain: name }
  }
}

const withValue = [
  'table',
  'append',
  'insert',
  'delete',
  'policy',
  'source',
  'destination',
  'in',
  'out',
  'protocol',
  'dport',
  'jump',
  'comment',
  'match',
]

const known = {
  '-t': 'table',
  '--table': 'table',
  '-S': 'list-rules',
  '--list-rules': 'list-rules',
  '-L': 'list',
  '--list': 'list',
  '-n': 'numeric',
  '-v': 'verbose',
  '-w': 'wait',
  '-F': 'flush',
  '--flush': 'flush',
  '-P': 'policy',
  '-A': 'append',
  '--append': 'append',
  '-I': 'insert',
  '--insert': 'insert',
  '-D': 'delete',
  '--delete': 'delete',
  '-s': 'source',
  '--source': 'source',
  '-d': 'destination',
  '--destination': 'destination',
  '-i': 'in',
  '--in-interface': 'in',
  '-o': 'out',
  '--out-interface': 'out',
  '-p': 'protocol',
  '--protocol': 'protocol',
  '--dport': 'dport',
  '--destination-port': 'dport',
  '-j': 'jump',
  '--jump': 'jump',
  '-m': 'match',
  '--comment': 'comment',
}
