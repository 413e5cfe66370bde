import { drained } from '#base/turn.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'

/** Who lets a lab's time pass. */
export interface LabDriver {
  /** Resolves at the first event after which `done()` holds. Several may wait at once. */
  until(done: () => boolean): Promise<void>
  /** Resolves when that much virtual time has passed. */
  advance(ms: number): Promise<void>
}

interface Waiting {
  readonly done: () => boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Lets a lab's virtual time pass while somebody outside waits for something inside. Stepped: as fast as it can, and
 * only while somebody waits. Several may wait at once; each is released at the event that satisfied it.
 */
export class SteppedDriver implements LabDriver {
  readonly #kernel: Kernel
  #waiting: Waiting[] = []
  #running = false

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** Resolves at the first event after which `done()` holds; rejects when nothing more will ever happen. */
  until(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ done, resolve, reject })
      if (!this.#running) void this.#run()
    })
  }

  async advance(ms: number): Promise<void> {
    const target = this.#kernel.nowMs + ms
    this.#kernel.at(target, 'advance', () => {})
    await this.until(() => this.#kernel.nowMs >= target)
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      while (this.#waiting.length > 0) {
        const satisfied = await this.#kernel.runUntil(
          () => this.#waiting.some(({ done }) => done()),
          Number.POSITIVE_INFINITY,
        )
        if (!satisfied) throw new Error('the lab came to rest while somebody outside was waiting for it')
        this.#release()
        await drained() // who was released may ask for the next thing at this very instant
      }
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    } finally {
      this.#running = false
    }
  }

  #release(): void {
    const done = this.#waiting.filter((each) => each.done())
    this.#waiting = this.#waiting.filter((each) => !done.includes(each))
    for (const { resolve } of done) resolve()
  }
}
