/**
 * Writes Felix's chains into the kernel's tables (projectcalico/calico:felix/iptables/table.go): one restore for a table,
 * none when nothing differs. A refusal is tried again ten times, then Felix panics.
 *
 * Not imitated: the nftables dataplane, the check some seconds after each write, the xtables lock.
 */
import { equal } from '#base/equal.ts'
import { backendTables } from '#lab/calico/felix/backend.ts'
import type { TableName, Tables } from '#lab/calico/felix/chains.ts'
import type { FelixConfig } from '#lab/calico/felix/config.ts'
import { FelixPanic, patiently } from '#lab/calico/felix/panic.ts'
import { type Hook, hooksOf } from '#lab/calico/felix/static-chains.ts'
import type { WantedChains } from '#lab/calico/felix/wanted-chains.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { type Errno, isErrno, type Process } from '#lab/host/ports.ts'
import type { Chains, Tables as KernelTables, Rule } from '#lab/network/rule.ts'

export const tableNames: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter']

export interface TableCounts {
  restores: number
  restoreErrors: number
}

export class FelixTables {
  readonly #p: Pick<Process, 'sleep'>
  /** Of the back-end that Felix uses. */
  readonly kernel: KernelTables
  readonly #log: Log
  readonly #config: FelixConfig
  readonly counts: TableCounts = { restores: 0, restoreErrors: 0 }
  /** What a table was when it was written last, to tell somebody else's change from one's own; and for what that was. */
  readonly #written = new Map<TableName, { readonly as: Chains; readonly wanted: WantedChains }>()

  constructor(p: Pick<Process, 'net' | 'sleep'>, log: Log, config: FelixConfig) {
    this.#p = p
    this.kernel = backendTables(p, log, config)
    this.#log = log
    this.#config = config
  }

  async apply(tables: Tables): Promise<void> {
    for (const name of tableNames) await this.#applyTable(name, tables[name])
  }

  async #applyTable(name: TableName, wanted: WantedChains): Promise<void> {
    if (this.#isWritten(name, wanted) && wanted.changed.size === 0) return
    const failure = await patiently(
      (ms) => this.#p.sleep(ms),
      async (left) => {
        const isWritten = this.#isWritten(name, wanted)
        const changes = isWritten ? this.#ownChanges(name, wanted) : this.#changes(name, wanted.chains)
        if (Object.keys(changes).length === 0) return undefined
        try {
          this.counts.restores++
          await this.kernel[name].restore(changes)
          return undefined
        } catch (error) {
          if (!isErrno(error)) throw error
          this.#refused(name, error, left)
          return error
        }
      },
    )
    if (failure !== undefined) throw this.#giveUp(name, failure)
    wanted.settled()
    this.#written.set(name, { as: this.kernel[name].chains(), wanted })
  }

  /** Whether the table is as it was written last, for the same chains but those that have changed since. */
  #isWritten(name: TableName, wanted: WantedChains): boolean {
    const last = this.#written.get(name)
    return last?.wanted === wanted && last.as === this.kernel[name].chains()
  }

  /** Nobody else has changed anything. */
  #ownChanges(name: TableName, { chains, changed }: WantedChains): Chains {
    const present = this.kernel[name].chains()
    const changes: Record<string, readonly Rule[]> = {}
    for (const chain of changed) {
      const rules = chains[chain] ?? []
      if (!equal(present[chain] ?? [], rules)) changes[chain] = rules
    }
    return changes
  }

  #changes(name: TableName, wanted: Chains): Chains {
    const table = this.kernel[name]
    const present = table.chains()
    this.#noticeForeignChanges(name, present)
    const changes: Record<string, readonly Rule[]> = {}
    for (const chain of Object.keys(present))
      if (chain.startsWith('cali-') && !wanted[chain]) changes[chain] = []
    for (const [chain, rules] of Object.entries(wanted))
      if (rules.length > 0 && !equal(present[chain], rules)) changes[chain] = rules
    for (const [chain, hook] of Object.entries(hooksOf(this.#config)[name])) {
      const now = present[chain] ?? []
      const hooked = this.#hooked(now, hook)
      if (!equal(now, hooked)) changes[chain] = hooked
    }
    return changes
  }

  /** Felix's own rules where they belong, everybody else's in between, in their order. */
  #hooked(now: readonly Rule[], { first, last }: Hook): readonly Rule[] {
    const foreign = now.filter((rule) => !isFelixs(rule))
    return this.#config.chainInsertMode === 'insert'
      ? [first, ...foreign, ...last]
      : [...foreign, first, ...last]
  }

  #noticeForeignChanges(name: TableName, present: Chains): void {
    const written = this.#written.get(name)?.as
    if (written === undefined || written === present) return
    this.#written.delete(name)
    for (const [chain, rules] of Object.entries(written)) {
      if (equal(present[chain], rules)) continue
      const fields = { chainName: chain, ipVersion: raw('0x4'), table: name }
      if (chain.startsWith('cali-'))
        this.#log.warn('table.go 780', 'Detected out-of-sync Calico chain, marking for resync', fields)
      else if (!this.#isHooked(name, chain, present[chain] ?? []))
        this.#log.warn('table.go 760', 'Detected out-of-sync inserts, marking for resync', fields)
    }
  }

  #isHooked(name: TableName, chain: string, present: readonly Rule[]): boolean {
    const hook = hooksOf(this.#config)[name][chain]
    return hook === undefined || equal(present, this.#hooked(present, hook))
  }

  #refused(table: TableName, error: Errno, left: number): void {
    this.counts.restoreErrors++
    const fields = { ipVersion: raw('0x4'), table }
    this.#log.warn('table.go 1397', 'Failed to execute ip(6)tables-restore command', {
      ...fields,
      error: raw('exit status 1'),
      errorOutput: raw(JSON.stringify(restoreWords(table, error))),
      output: '',
    })
    if (left > 0)
      this.#log.warn('table.go 1098', 'Failed to program iptables, will retry', {
        ...fields,
        error: raw('exit status 1'),
      })
  }

  #giveUp(table: TableName, error: Errno): FelixPanic {
    const fields = { ipVersion: raw('0x4'), table }
    this.#log.error('table.go 1102', 'Failed to program iptables, loading diags before panic.', {
      ...fields,
      error: raw('exit status 1'),
    })
    this.#log.error('table.go 1109', 'Current state of iptables', {
      ...fields,
      iptablesState: error.code === 'EPERM' ? '' : `*${table}\nCOMMIT\n`,
    })
    this.#log.panic('table.go 1111', 'Failed to program iptables, giving up after retries', {
      ...fields,
      error: raw('exit status 1'),
    })
    return new FelixPanic('Failed to program iptables, giving up after retries')
  }
}

/** By the hash that it has for a comment; also one that a Felix of before, or of another configuration, has left. */
const isFelixs = ({ comment = '' }: Rule): boolean => comment.startsWith('cali:')

/** What iptables-nft-restore of Calico's image prints. A module that is missing is named by the refusal's path. */
function restoreWords(table: string, { code, path }: Errno): string {
  const tool = 'iptables-nft-restore v1.8.8 (nf_tables)'
  if (code === 'EPERM')
    return `${tool}: Could not fetch rule set generation id: Permission denied (you must be root)\n`
  if (path?.startsWith('xt_') || path?.startsWith('ipt_'))
    return `${tool}: Couldn't load match \`${path.replace(/^(xt|ipt)_/, '')}':No such file or directory\n\nError occurred at line: 2\nTry \`iptables-restore -h' or 'iptables-restore --help' for more information.\n`
  return `${tool}: unable to initialize table '${table}'\n\nError occurred at line: 1\nTry \`iptables-restore -h' or 'iptables-restore --help' for more information.\n`
}
