import type { Log } from '#lab/calico/log.ts'
import type { Process } from '#lab/host/ports.ts'

/** How many updates of the dataplane may follow each other at once. */
const bucketSize = 10

/** How often one more is granted; the real ticker is late by up to 10 ms, by chance. */
const refillMs = 100

/**
 * Keeps Felix from writing the dataplane for every single change while many come
 * (projectcalico/calico:felix/throttle/throttle.go, felix/dataplane/linux/int_dataplane.go loopUpdatingDataplane).
 */
export class Throttle {
  readonly #p: Pick<Process, 'now'>
  readonly #log: Log
  #left = 1
  #filledMs: number
  #throttled = false

  constructor(p: Pick<Process, 'now'>, log: Log) {
    this.#p = p
    this.#log = log
    this.#filledMs = p.now()
  }

  /** Whether the dataplane may be updated now; that counts as an update. */
  admits(): boolean {
    this.#refill()
    if (this.#left === 0) {
      if (!this.#throttled) this.#log.info('int_dataplane.go 2008', 'Dataplane updates throttled')
      this.#throttled = true
      return false
    }
    this.#left--
    if (this.#throttled && this.#left > 0) {
      this.#log.info('int_dataplane.go 1967', 'Dataplane updates no longer throttled')
      this.#throttled = false
    }
    return true
  }

  /** Until the next update is granted. */
  get waitMs(): number {
    return this.#filledMs + refillMs - this.#p.now()
  }

  #refill(): void {
    const ticks = Math.floor((this.#p.now() - this.#filledMs) / refillMs)
    this.#filledMs += ticks * refillMs
    this.#left = Math.min(bucketSize, this.#left + ticks)
  }
}
