import { ChainSet, type Chains } from '#lab/network/chains.ts'
import type { Tremors } from '#lab/network/ground.ts'
import type { Table, Tables } from '#lab/network/rule.ts'

export type TableName = keyof Tables
export type ChainSets = Readonly<Record<TableName, ChainSet>>

/** Empty tables. */
export const chainSets = (tremors: Tremors): ChainSets => ({
  raw: new ChainSet(tremors),
  mangle: new ChainSet(tremors),
  nat: new ChainSet(tremors),
  filter: new ChainSet(tremors),
})

/** The tables of iptables' old back-end in one namespace: there from their first use on. */
export class LegacyTables {
  readonly tables: Tables
  #chains: ChainSets | undefined
  readonly #tremors: Tremors

  /** `written` hears of every change. */
  constructor(tremors: Tremors, written: (chains: Chains) => void) {
    this.#tremors = tremors
    const table = (name: TableName): Table => ({
      restore: async (chains) => {
        this.#used()[name].restore(chains)
        written(chains)
      },
      chains: () => this.#chains?.[name].chains() ?? {},
      setPolicy: async (chain, policy) => {
        this.#used()[name].setPolicy(chain, policy)
        written({})
      },
      policy: (chain) => this.#chains?.[name].policy(chain) ?? 'accept',
      counted: (chain) =>
        this.#chains?.[name].counted(chain) ?? { policy: { packets: 0, bytes: 0 }, rules: [] },
      zero: async (chain) => this.#chains?.[name].zero(chain),
    })
    this.tables = { raw: table('raw'), mangle: table('mangle'), nat: table('nat'), filter: table('filter') }
  }

  /** Undefined as long as nobody has used any. */
  chainsOf(name: TableName): ChainSet | undefined {
    return this.#chains?.[name]
  }

  all(): readonly ChainSet[] {
    return Object.values(this.#chains ?? {})
  }

  clear(): void {
    for (const each of this.all()) each.clear()
    this.#chains = undefined
  }

  #used(): ChainSets {
    this.#chains ??= chainSets(this.#tremors)
    return this.#chains
  }
}
