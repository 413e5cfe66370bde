import { drained } from '#base/turn.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'

/** Who lets a lab's time pass. */
export interface LabDriver {
  /** Resolves at the first event after which `done()` holds. Several may wait at once. */
  until(done: () => boolean): Promise<void>
  /** Like `until`, without making anybody wait for the wall clock. */
  hurry(done: () => boolean): Promise<void>
  /** Something new may be due now. A driver that is never asleep need not know. */
  wake?(): void
  /** Resolves when that much virtual time has passed. */
  advance(ms: number): Promise<void>
}

interface Waiting {
  readonly done: () => boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  satisfied: boolean
}

/** Those outside who wait for something inside. Each is asked until its first yes, and then released. */
export class Waiters {
  #waiting: Waiting[] = []

  get size(): number {
    return this.#waiting.length
  }

  add(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ done, resolve, reject, satisfied: false })
    })
  }

  /** Whether somebody can go on. A yes is remembered: the question may cost something, or be true only once. */
  ask(): boolean {
    let any = false
    for (const each of this.#waiting) {
      each.satisfied ||= each.done()
      any ||= each.satisfied
    }
    return any
  }

  release(): void {
    const satisfied = this.#waiting.filter((each) => each.satisfied)
    if (satisfied.length === 0) return
    this.#waiting = this.#waiting.filter((each) => !each.satisfied)
    for (const { resolve } of satisfied) resolve()
  }

  fail(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}

/**
 * Lets a lab's virtual time pass while somebody outside waits for something inside. Stepped: as fast as it can, and
 * only while somebody waits. Several may wait at once; each is released at the event that satisfied it.
 */
export class SteppedDriver implements LabDriver {
  readonly #kernel: Kernel
  readonly #waiters = new Waiters()
  #running = false

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** Rejects when nothing more will ever happen. */
  until(done: () => boolean): Promise<void> {
    const released = this.#waiters.add(done)
    if (!this.#running) void this.#run()
    return released
  }

  hurry(done: () => boolean): Promise<void> {
    return this.until(done)
  }

  async advance(ms: number): Promise<void> {
    const target = this.#kernel.nowMs + ms
    this.#kernel.mark(target)
    await this.until(() => this.#kernel.nowMs >= target)
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      while (this.#waiters.size > 0) {
        const satisfied = await this.#kernel.runUntil(() => this.#waiters.ask(), Number.POSITIVE_INFINITY)
        if (!satisfied) throw new Error('the lab came to rest while somebody outside was waiting for it')
        this.#waiters.release()
        await drained() // who was released may ask for the next thing at this very instant
      }
    } catch (error) {
      this.#waiters.fail(error)
    } finally {
      this.#running = false
    }
  }
}
