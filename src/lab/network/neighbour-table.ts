import { type Ipv4, ipv4Text } from '#lab/network/address.ts'
import type { FdbEntry, Neighbour } from '#lab/network/ports.ts'

/**
 * What `ip neigh` and `bridge fdb` were told in one namespace, and how full its neighbour table is. Not imitated: what ARP finds is
 * not kept but asked afresh.
 */
export class NeighbourTable {
  /** A pod's is told nothing. */
  #told: Map<string, Neighbour> | undefined
  #fdb: Map<string, FdbEntry> | undefined
  /** When each next hop was last used; only kept where the table has a limit. */
  #usedMs: Map<string, number> | undefined

  told(link: string, address: Ipv4): Neighbour | undefined {
    return this.#told?.get(`${link} ${ipv4Text(address)}`)
  }

  tell(neighbour: Neighbour): void {
    this.#told ??= new Map()
    this.#told.set(`${neighbour.link} ${neighbour.address}`, neighbour)
  }

  /** False when there was none. */
  drop(link: string, address: string): boolean {
    return this.#told?.delete(`${link} ${address}`) === true
  }

  list(): readonly Neighbour[] {
    return [...(this.#told?.values() ?? [])]
  }

  fdbEntry(link: string, mac: string): FdbEntry | undefined {
    return this.#fdb?.get(`${link} ${mac}`)
  }

  setFdbEntry(entry: FdbEntry): void {
    this.#fdb ??= new Map()
    this.#fdb.set(`${entry.link} ${entry.mac}`, entry)
  }

  /** False when there was none. */
  dropFdbEntry(link: string, mac: string): boolean {
    return this.#fdb?.delete(`${link} ${mac}`) === true
  }

  fdb(): readonly FdbEntry[] {
    return [...(this.#fdb?.values() ?? [])]
  }

  forgetLink(link: string): void {
    for (const table of [this.#told, this.#fdb])
      for (const [key, entry] of [...(table ?? [])]) if (entry.link === link) table?.delete(key)
  }

  /**
   * Whether a table of `limit` next hops takes one more. A full one gives up what was not used for five seconds, else the packet
   * (net/core/neighbour.c: neigh_alloc, neigh_forced_gc).
   */
  takes(
    { link, nextHop, limit }: { readonly link: string; readonly nextHop: Ipv4; readonly limit: number },
    nowMs: number,
  ): boolean {
    const key = `${link} ${nextHop}`
    this.#usedMs ??= new Map()
    if (!this.#usedMs.has(key) && this.#usedMs.size >= limit) {
      const idle = [...this.#usedMs].find(([, usedMs]) => nowMs - usedMs > 5000)
      if (idle === undefined) return false
      this.#usedMs.delete(idle[0])
    }
    this.#usedMs.set(key, nowMs)
    return true
  }

  clear(): void {
    this.#told = undefined
    this.#fdb = undefined
    this.#usedMs = undefined
  }
}
