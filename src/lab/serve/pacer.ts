import type { Clock } from '#base/clock.ts'
import { drained } from '#base/turn.ts'
import type { LabDriver } from '#lab/driver.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'

interface Waiting {
  readonly done: () => boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

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
  #waiting: Waiting[] = []
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
      for (const { reject } of this.#waiting.splice(0)) reject(error)
      throw error
    })
    return this.#ended
  }

  until(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ done, resolve, reject })
      this.wake()
    })
  }

  /** Jumps: everything up to then happens as fast as it can. */
  async advance(ms: number): Promise<void> {
    this.#jumpedMs += ms
    const target = this.#horizonMs()
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
      const horizonMs = this.#horizonMs()
      const satisfied = await this.#kernel.runUntil(() => this.#stopped || this.#anyDone(), horizonMs)
      if (!satisfied) await this.#kernel.advanceTo(horizonMs)
      this.#release()
      await drained() // who was released may ask for the next thing at this very instant
      if (!satisfied && !this.#anyDone()) await this.#rest()
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

  #anyDone(): boolean {
    return this.#waiting.some(({ done }) => done())
  }

  #release(): void {
    const done = this.#waiting.filter((each) => each.done())
    if (done.length === 0) return
    this.#waiting = this.#waiting.filter((each) => !done.includes(each))
    for (const { resolve } of done) resolve()
  }
}
