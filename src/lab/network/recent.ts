import type { Kernel } from '#lab/kernel/kernel.ts'
import type { Ipv4 } from '#lab/network/address.ts'
import type { Recent } from '#lab/network/matching.ts'

/** What `-m recent` remembers of sources (`/proc/net/xt_recent`). Not imitated: its limit of 100 addresses a list. */
export class RecentLists implements Recent {
  readonly #kernel: Kernel
  readonly #lists = new Map<string, Map<Ipv4, number>>()

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  isNoted(list: string, address: Ipv4, seconds: number): boolean {
    const notedMs = this.#lists.get(list)?.get(address)
    return notedMs !== undefined && this.#kernel.nowMs - notedMs <= seconds * 1000
  }

  note(list: string, address: Ipv4): void {
    let noted = this.#lists.get(list)
    if (noted === undefined) {
      noted = new Map()
      this.#lists.set(list, noted)
    }
    noted.set(address, this.#kernel.nowMs)
  }

  clear(): void {
    this.#lists.clear()
  }
}
