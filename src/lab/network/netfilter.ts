import type { ChainSet, Chains } from '#lab/network/chains.ts'
import type { Fabric } from '#lab/network/fabric.ts'
import { IpSets } from '#lab/network/ip-sets.ts'
import { type TableHome, type TableName, tablesOf } from '#lab/network/kernel-table.ts'
import { type ChainSets, chainSets, LegacyTables } from '#lab/network/legacy-tables.ts'
import type { SetMaker, Tables } from '#lab/network/ports.ts'
import { agreed, typeOfMembers } from '#lab/network/set-kinds.ts'

/** The rules of one namespace: iptables' tables in both back-ends, and ipsets. */
export class Netfilter implements TableHome {
  readonly ipSets: IpSets
  readonly #fabric: Pick<Fabric, 'namePort' | 'namePorts' | 'moved'>
  readonly #touch: () => void
  readonly #release: () => string
  readonly #chains: ChainSets
  readonly #legacy: LegacyTables
  #tables: Tables | undefined
  #legacyTables: Tables | undefined

  /** `touch` hears of changes that no way which met these rules says it lies on; `release`: of the kernel that this is part of. */
  constructor(
    fabric: Fabric,
    { touch, release }: { readonly touch: () => void; readonly release: () => string },
  ) {
    this.#fabric = fabric
    this.#touch = touch
    this.#release = release
    this.ipSets = new IpSets(fabric.tremors)
    this.#chains = chainSets(fabric.tremors)
    this.#legacy = new LegacyTables(fabric.tremors, (chains) => this.#writtenLegacy(chains))
  }

  /** Those of nf_tables, as programs use them. */
  get tables(): Tables {
    this.#tables ??= tablesOf(this)
    return this.#tables
  }

  /** Those of the old back-end. */
  get legacyTables(): Tables {
    this.#legacyTables ??= tablesOf(this.#legacy)
    return this.#legacyTables
  }

  chainsOf(table: TableName): ChainSet {
    return this.#chains[table]
  }

  /** Of iptables' old back-end; undefined as long as nobody has used it. */
  legacyChainsOf(table: TableName): ChainSet | undefined {
    return this.#legacy.chainsOf(table)
  }

  use(table: TableName): ChainSet {
    return this.#chains[table]
  }

  /** {@link Table.restore}, at once. Throws EINVAL. */
  restore(table: TableName, chains: Chains): void {
    this.#chains[table].restore(chains)
    this.#fabric.namePorts(chains)
    this.#fabric.moved()
  }

  written(): void {
    this.#touch()
  }

  /** Of the old back-end, which a way may not have met at all. */
  #writtenLegacy(chains: Chains): void {
    this.#fabric.namePorts(chains)
    this.#touch()
  }

  /** {@link Net.setMembers}, at once. */
  setMembers(name: string, members: readonly string[], by: SetMaker): void {
    const kind =
      this.ipSets.kind(name) ?? agreed(by.type ?? typeOfMembers(members), by.version, this.#release())
    const { ports } = this.ipSets.set(name, members, kind)
    for (const port of ports) this.#fabric.namePort(port)
    this.#fabric.moved()
  }

  /** {@link Net.swapSets}, at once. */
  swapSets(name: string, other: string): void {
    this.ipSets.swap(name, other)
    this.#fabric.moved()
  }

  /** {@link Net.removeSet}, at once. */
  removeSet(name: string): void {
    this.ipSets.remove(name, [...Object.values(this.#chains), ...this.#legacy.all()])
    this.#fabric.moved()
  }

  clear(): void {
    for (const chains of Object.values(this.#chains)) chains.clear()
    this.#legacy.clear()
    this.ipSets.clear()
  }
}
