import { ChainSet, type Chains } from '#lab/network/chains.ts'
import type { Tremors } from '#lab/network/ground.ts'
import type { TableHome, TableName } from '#lab/network/kernel-table.ts'

export type ChainSets = Readonly<Record<TableName, ChainSet>>

/** Empty tables. */
export const chainSets = (tremors: Tremors): ChainSets => ({
  raw: new ChainSet(tremors),
  mangle: new ChainSet(tremors),
  nat: new ChainSet(tremors),
  filter: new ChainSet(tremors),
})

/** The tables of iptables' old back-end in one namespace: there from their first use on. */
export class LegacyTables implements TableHome {
  #chains: ChainSets | undefined
  readonly #tremors: Tremors
  readonly #written: (chains: Chains) => void

  /** `written` hears of every change. */
  constructor(tremors: Tremors, written: (chains: Chains) => void) {
    this.#tremors = tremors
    this.#written = written
  }

  chainsOf(name: TableName): ChainSet | undefined {
    return this.#chains?.[name]
  }

  use(name: TableName): ChainSet {
    this.#chains ??= chainSets(this.#tremors)
    return this.#chains[name]
  }

  restore(name: TableName, chains: Chains): void {
    this.use(name).restore(chains)
    this.#written(chains)
  }

  written(): void {
    this.#written({})
  }

  all(): readonly ChainSet[] {
    return Object.values(this.#chains ?? {})
  }

  clear(): void {
    for (const each of this.all()) each.clear()
    this.#chains = undefined
  }
}
