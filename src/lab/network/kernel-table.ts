import type { ChainSet, Chains } from '#lab/network/chains.ts'
import type { Table, Tables } from '#lab/network/rule.ts'

export type TableName = keyof Tables

/** Where a namespace keeps its tables' chains. */
export interface TableHome {
  /** As they are; undefined where nobody has used any. */
  chainsOf(table: TableName): ChainSet | undefined
  /** To be changed; {@link written} follows. */
  use(table: TableName): ChainSet
  restore(table: TableName, chains: Chains): void
  written(): void
}

/** One table as programs use it. A namespace has eight, and most have met no program yet. */
export class KernelTable implements Table {
  readonly #home: TableHome
  readonly #name: TableName

  constructor(home: TableHome, name: TableName) {
    this.#home = home
    this.#name = name
  }

  async restore(chains: Chains): Promise<void> {
    this.#home.restore(this.#name, chains)
  }

  chains(): Chains {
    return this.#home.chainsOf(this.#name)?.chains() ?? {}
  }

  async setPolicy(chain: string, policy: 'accept' | 'drop'): Promise<void> {
    this.#home.use(this.#name).setPolicy(chain, policy)
    this.#home.written()
  }

  policy(chain: string): 'accept' | 'drop' {
    return this.#home.chainsOf(this.#name)?.policy(chain) ?? 'accept'
  }

  counted(chain: string): ReturnType<Table['counted']> {
    return this.#home.chainsOf(this.#name)?.counted(chain) ?? { policy: { packets: 0, bytes: 0 }, rules: [] }
  }

  async zero(chain?: string): Promise<void> {
    this.#home.chainsOf(this.#name)?.zero(chain)
  }
}

export const tablesOf = (home: TableHome): Tables => ({
  raw: new KernelTable(home, 'raw'),
  mangle: new KernelTable(home, 'mangle'),
  nat: new KernelTable(home, 'nat'),
  filter: new KernelTable(home, 'filter'),
})
