/**
 * `iptables` (1.8.7, nf_tables) with all its commands over the four tables of the process's namespace, as far as the lab's rules
 * have words for it.
 *
 * Not imitated: IPv6, chains of one's own that are empty (`-N` checks the name; the chain appears with its first rule),
 * matches and targets beyond `network/rule.ts`; errors of the old back-end have the words of the new one.
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import type { Rule, Table } from '#lab/network/rule.ts'
import { chainListing } from '#lab/network/tools/iptables-list.ts'
import { Refusal } from '#lab/network/tools/iptables-options.ts'
import { type Command, parseCommand } from '#lab/network/tools/iptables-parse.ts'
import {
  backendOf,
  chainNames,
  isBuiltin,
  mayRead,
  permissionWords,
  ruleLines,
  ruleText,
  type TableName,
  tableNames,
  tablesOf,
  warnOfLegacy,
} from '#lab/network/tools/iptables-text.ts'

export const version = 'iptables v1.8.7 (nf_tables)'

export const iptables: Program = async (p) => {
  if (p.argv.some((word) => word === '-V' || word === '--version')) {
    p.stdout.write(`${backendOf(p) === 'legacy' ? 'iptables v1.8.7 (legacy)' : version}\n`)
    return 0
  }
  if (!mayRead(p)) {
    p.stderr.write(`iptables ${permissionWords}`)
    return 4
  }
  try {
    p.stdout.write(await perform(p, parseCommand(p.argv.slice(1), version)))
    return 0
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    p.stderr.write(`${error.message}\n`)
    return error.exitCode
  }
}

const noChain = 'iptables: No chain/target/match by that name.'

/** Carries out one command; answers what is printed. Throws {@link Refusal}. */
export async function perform(p: Process, command: Command): Promise<string> {
  const { verb, chain } = command
  const name = tableNames.find((each) => each === command.table)
  if (name === undefined)
    throw new Refusal(
      `${version}: can't initialize iptables table \`${command.table}': Table does not exist (do you need to insmod?)\nPerhaps iptables or your kernel needs to be upgraded.`,
      3,
    )
  const table = tablesOf(p)[name]
  const there = chainNames(name, table.chains())
  const exists = chain === undefined || there.includes(chain)
  if (verb === undefined)
    throw new Refusal(
      `${version}: no command specified\nTry \`iptables -h' or 'iptables --help' for more information.`,
    )
  if (verb === 'N') {
    if (exists) throw new Refusal('iptables: Chain already exists.', 1)
    return ''
  }
  if (!exists && !'AI'.includes(verb)) throw new Refusal(noChain, 1)
  switch (verb) {
    case 'L':
      warnOfLegacy(p, 'iptables-legacy')
      return listed(name, table, { only: chain, command })
    case 'S':
      warnOfLegacy(p, 'iptables-legacy')
      return specification(name, table, chain)
    case 'F':
      await restore(
        table,
        Object.fromEntries((chain === undefined ? there : [chain]).map((each) => [each, []])),
      )
      return ''
    case 'X':
      await removeChains(name, table, chain)
      return ''
    case 'P':
      await policy(name, table, command)
      return ''
    case 'Z':
      await table.zero(chain)
      return ''
    case 'E':
      throw new Refusal(`${version}: the lab does not rename chains`, 1)
    default:
      await edit(table, command)
      return ''
  }
}

/** `-L -Z` shows the counters that it then sets to zero. */
async function listed(
  name: TableName,
  table: Table,
  o: { readonly only: string | undefined; readonly command: Command },
): Promise<string> {
  const text = listing(name, table, o)
  if (o.command.flags.has('zero')) await table.zero(o.only)
  return text
}

function listing(
  name: TableName,
  table: Table,
  { only, command }: { readonly only: string | undefined; readonly command: Command },
): string {
  const chains = table.chains()
  const { flags } = command
  const style = {
    numeric: flags.has('numeric'),
    verbose: flags.has('verbose'),
    exact: flags.has('exact'),
    numbered: flags.has('line-numbers'),
  }
  return chainNames(name, chains)
    .filter((chain) => only === undefined || chain === only)
    .map((chain) =>
      chainListing(chain, chains, {
        policy: isBuiltin(name, chain) ? table.policy(chain) : undefined,
        style,
        counted: table.counted(chain),
      }),
    )
    .join('\n')
}

function specification(name: TableName, table: Table, only: string | undefined): string {
  const chains = table.chains()
  const names = chainNames(name, chains).filter((chain) => only === undefined || chain === only)
  const heads = names.map((chain) =>
    isBuiltin(name, chain) ? `-P ${chain} ${table.policy(chain).toUpperCase()}\n` : `-N ${chain}\n`,
  )
  return heads.join('') + ruleLines(names, chains)
}

async function removeChains(name: TableName, table: Table, only: string | undefined): Promise<void> {
  const chains = table.chains()
  const own = chainNames(name, chains).filter((chain) => !isBuiltin(name, chain))
  for (const chain of only === undefined ? own : [only]) {
    if ((chains[chain]?.length ?? 0) > 0) {
      if (only !== undefined)
        throw new Refusal(
          `iptables v1.8.7 (nf_tables):  CHAIN_USER_DEL failed (Device or resource busy): chain ${chain}`,
          4,
        )
      continue
    }
    await restore(table, { [chain]: [] })
  }
}

async function policy(name: TableName, table: Table, { chain, operand }: Command): Promise<void> {
  if (chain === undefined || operand === undefined)
    throw new Refusal(`${version}: -P requires a chain and a policy`)
  const wanted = operand.toLowerCase()
  if (!isBuiltin(name, chain) || (wanted !== 'accept' && wanted !== 'drop'))
    throw new Refusal("iptables: Bad policy name. Run `dmesg' for more information.", 1)
  await table.setPolicy(chain, wanted)
}

async function edit(table: Table, command: Command): Promise<void> {
  const { chain } = command
  if (chain === undefined) throw new Refusal(`${version}: option "-${command.verb}" requires an argument`)
  const present = table.chains()[chain] ?? []
  const rules = edited(present, command)
  if (rules !== present) await restore(table, { [chain]: rules })
}

function edited(present: readonly Rule[], { verb, operand, rule }: Command): readonly Rule[] {
  const number = operand === undefined ? undefined : Number(operand)
  if (verb === 'A') return [...present, rule]
  if (verb === 'I') {
    if ((number ?? 1) > present.length + 1)
      throw new Refusal(`${version}:  RULE_INSERT failed (Invalid argument): rule in chain`, 4)
    return present.toSpliced((number ?? 1) - 1, 0, rule)
  }
  const text = ruleText(rule)
  const index =
    number === undefined || verb === 'C' ? present.findIndex((each) => ruleText(each) === text) : number - 1
  if (index < 0 || index >= present.length)
    throw new Refusal(
      number === undefined
        ? 'iptables: Bad rule (does a matching rule exist in that chain?).'
        : 'iptables: Index of deletion too big.',
      1,
    )
  if (verb === 'C') return present
  return verb === 'R' ? present.toSpliced(index, 1, rule) : present.toSpliced(index, 1)
}

/** Writes chains; what the kernel lacks or cannot read is told in iptables' words. */
export async function restore(
  table: Table,
  chains: Readonly<Record<string, readonly Rule[]>>,
): Promise<void> {
  try {
    await table.restore(chains)
  } catch (error) {
    if (isErrno(error, 'ENOENT'))
      throw error.path?.startsWith('ip')
        ? new Refusal(
            `${version}: can't initialize iptables table: Table does not exist (do you need to insmod?)\nPerhaps iptables or your kernel needs to be upgraded.`,
            3,
          )
        : new Refusal(
            `Warning: Extension ${error.path?.replace(/^\w+?_/, '')} revision 0 not supported, missing kernel module?\n${noChain}`,
            1,
          )
    if (isErrno(error, 'EINVAL'))
      throw new Refusal(`${version}: host/network \`${error.path ?? ''}' not found`)
    throw error
  }
}
