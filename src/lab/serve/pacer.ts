import type { Clock } from '#base/clock.ts'
import { drained } from '#base/turn.ts'
import { type LabDriver, Waiters } from '#lab/driver.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'

/** Looks at the wall at least this often while nothing is due. */
const idleMs = 500

/**
 * Lets a lab's time pass at the pace of the wall clock (times a speed), and jump on request. What happens inside is never
 * ahead of the wall, except during a jump.
 */
export class Pacer implements LabDriver {
  readonly speed: number
  readonly #kernel: Kernel
  readonly #clock: Clock
  readonly #startedWallMs: number
  readonly #startedVirtualMs: number
  #jumpedMs = 0
  #hurried = 0
  readonly #waiters = new Waiters()
  #poke: AbortController | undefined
  #stopped = false
  #ended: Promise<void> | undefined

  constructor(kernel: Kernel, { clock, speed }: { readonly clock: Clock; readonly speed: number }) {
    this.#kernel = kernel
    this.#clock = clock
    this.speed = speed
    this.#startedWallMs = clock.monotonic()
    this.#startedVirtualMs = kernel.nowMs
  }

  /** Starts running; the promise rejects when a component of the lab crashed. */
  run(): Promise<void> {
    this.#ended = this.#loop().catch((error: unknown) => {
      this.#waiters.fail(error)
      throw error
    })
    return this.#ended
  }

  until(done: () => boolean): Promise<void> {
    const released = this.#waiters.add(done)
    this.wake()
    return released
  }

  /** While somebody hurries, time is not held back by the wall. */
  async hurry(done: () => boolean): Promise<void> {
    this.#hurried++
    try {
      await this.until(done)
    } finally {
      this.#hurried--
    }
  }

  /** Jumps: everything up to then happens as fast as it can. */
  async advance(ms: number): Promise<void> {
    this.#jumpedMs += ms
    const target = this.#horizonMs()
    this.#kernel.mark(target)
    await this.until(() => this.#kernel.nowMs >= target)
  }

  /** Something new is due now. */
  wake(): void {
    this.#poke?.abort()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.wake()
    await this.#ended?.catch((error: unknown) => void error) // `run` told it already
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      const horizonMs = this.#hurried > 0 ? Number.POSITIVE_INFINITY : this.#horizonMs()
      const satisfied = await this.#kernel.runUntil(() => this.#stopped || this.#waiters.ask(), horizonMs)
      this.#jumpedMs += Math.max(0, this.#kernel.nowMs - this.#horizonMs())
      if (!satisfied) await this.#kernel.advanceTo(this.#horizonMs())
      this.#waiters.release()
      await drained() // who was released may ask for the next thing at this very instant
      if (!satisfied && !this.#waiters.ask()) await this.#rest()
    }
  }

  #horizonMs(): number {
    return (
      this.#startedVirtualMs + (this.#clock.monotonic() - this.#startedWallMs) * this.speed + this.#jumpedMs
    )
  }

  async #rest(): Promise<void> {
    const next = this.#kernel.nextEventMs ?? Number.POSITIVE_INFINITY
    const restMs = Math.min(idleMs, Math.max(0, (next - this.#horizonMs()) / this.speed))
    if (restMs < 0.5) return
    const poke = new AbortController()
    this.#poke = poke
    await this.#clock.sleep(restMs, { signal: poke.signal }).catch((reason: unknown) => {
      if (!poke.signal.aborted) throw reason
    })
    this.#poke = undefined
  }
}
