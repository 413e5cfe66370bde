import type { Process, Program } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'
import type { Rule } from '#lab/network/rule.ts'
import { restore, version } from '#lab/network/tools/iptables.ts'
import { Refusal } from '#lab/network/tools/iptables-options.ts'
import { parseCommand } from '#lab/network/tools/iptables-parse.ts'
import {
  chainNames,
  isBuiltin,
  mayRead,
  permissionWords,
  ruleText,
  type TableName,
  tableNames,
  tablesOf,
} from '#lab/network/tools/iptables-text.ts'

/** One table of the input, as it will be when it is committed. */
interface Pending {
  readonly table: TableName
  readonly chains: Map<string, Rule[]>
  readonly policies: Map<string, 'accept' | 'drop'>
}

/** iptables-restore(8): each table at its COMMIT, all or nothing; `-n` keeps chains that are not named; `-t` only tests. */
export const iptablesRestore: Program = async (p) => {
  const words = p.argv.slice(1)
  if (!mayRead(p)) {
    p.stderr.write(`iptables-restore ${permissionWords}`)
    return 4
  }
  const file = words.find((word) => !word.startsWith('-') && !/^\d+$/.test(word))
  const text = file === undefined ? await readAll(p) : await p.files.read(file)
  const keeps = words.some((word) => word === '-n' || word === '--noflush')
  const tests = words.includes('-t') || words.includes('--test')
  let pending: Pending | undefined
  for (const [at, line] of text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    try {
      if (trimmed.startsWith('*')) pending = begun(p, trimmed.slice(1), keeps)
      else if (pending === undefined) throw new Refusal('no table')
      else if (trimmed !== 'COMMIT') take(pending, trimmed)
      else if (!tests) await commit(p, pending)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const isOurs = error.message === 'no table' || error.message === 'line'
      p.stderr.write(
        `iptables-restore${isOurs ? '' : ` ${version.replace('iptables ', '')}: ${error.message.replace(/^iptables [^:]*: /, '')}\nError occurred at`}: line ${at + 1}${isOurs ? ' failed' : ''}\n${isOurs ? '' : "Try `iptables-restore -h' or 'iptables-restore --help' for more information.\n"}`,
      )
      return isOurs ? 1 : 2
    }
  }
  return 0
}

function begun(p: Process, name: string, keeps: boolean): Pending {
  const table = tableNames.find((each) => each === name)
  if (table === undefined) throw new Refusal(`can't initialize iptables-restore table '${name}'`)
  const chains = tablesOf(p)[table].chains()
  const before = new Map<string, Rule[]>()
  if (keeps) for (const [chain, rules] of Object.entries(chains)) before.set(chain, [...rules])
  return { table, chains: before, policies: new Map() }
}

function take({ table, chains, policies }: Pending, line: string): void {
  if (line.startsWith(':')) {
    const [chain = '', policy = '-'] = line.slice(1).split(/\s+/)
    chains.set(chain, [])
    if (isBuiltin(table, chain)) policies.set(chain, policy === 'DROP' ? 'drop' : 'accept')
    return
  }
  const { verb, chain, operand, rule } = parseCommand(splitLine(line.replace(/^\[\d+:\d+\]\s*/, '')), version)
  if (chain === undefined || verb === undefined) throw new Refusal('line')
  const rules = chains.get(chain) ?? []
  const same = (): number => rules.findIndex((each) => ruleText(each) === ruleText(rule))
  const at = operand === undefined ? undefined : Number(operand) - 1
  if (verb === 'A') rules.push(rule)
  else if (verb === 'I') rules.splice(at ?? 0, 0, rule)
  else if (verb === 'R') rules.splice(at ?? same(), 1, rule)
  else if (verb === 'D' && (at ?? same()) >= 0) rules.splice(at ?? same(), 1)
  else if (verb === 'F' || verb === 'X') rules.length = 0
  else if (verb !== 'N') throw new Refusal('line')
  chains.set(chain, rules)
}

/** Words, with double quotes as iptables-save writes them. */
export const splitLine = (line: string): string[] =>
  [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('\\"', '"') ?? plain ?? '',
  )

async function commit(p: Process, { table, chains, policies }: Pending): Promise<void> {
  const own = tablesOf(p)[table]
  const gone = chainNames(table, own.chains()).filter((chain) => !chains.has(chain))
  await restore(own, {
    ...Object.fromEntries(gone.map((chain) => [chain, []])),
    ...Object.fromEntries(chains),
  })
  for (const [chain, policy] of policies) await own.setPolicy(chain, policy)
}
