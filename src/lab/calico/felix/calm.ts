import type { Log } from '#lab/calico/log.ts'
import type { Process } from '#lab/host/ports.ts'

/** What Felix waits for by time alone is over by then: the grace of foreign routes (routes.ts). */
const patienceMs = 10_000

/**
 * Whether another look at the kernel would find all as the last one left it: that one changed nothing and had nothing to say, and
 * nothing has moved since (docs/decisions/0012).
 */
export class Calm {
  readonly #p: Process
  /** The log of who looks. */
  readonly log: Log
  #lines = 0
  /** Since when all has been as it should be, and in which epoch. */
  #since: { readonly epoch: number; readonly atMs: number } | undefined

  constructor(p: Process, log: Log) {
    this.#p = p
    const counted = (tell: Log['info']): Log['info'] => {
      return (...line) => {
        this.#lines++
        tell(...line)
      }
    }
    this.log = {
      info: counted(log.info),
      warn: counted(log.warn),
      error: counted(log.error),
      fatal: counted(log.fatal),
      panic: counted(log.panic),
    }
  }

  /** Looks, and remembers whether it changed or said anything. */
  async looking(look: () => Promise<void>): Promise<void> {
    const { epoch } = this.#p
    const lines = this.#lines
    const since = this.#since?.epoch === epoch ? this.#since : { epoch, atMs: this.#p.now() }
    this.#since = undefined
    await look()
    if (this.#p.epoch === epoch && this.#lines === lines) this.#since = since
  }

  /** Whether the last look changed nothing and had nothing to say. */
  get is(): boolean {
    return this.#since !== undefined
  }

  get lasts(): boolean {
    const since = this.#since
    return since?.epoch === this.#p.epoch && this.#p.now() - since.atMs > patienceMs
  }

  /** Waits `periodMs`, and as many periods more as it is calm. */
  pause(self: Process, periodMs: number): Promise<void> {
    const { task } = self
    return task.wait<void>((wake) => {
      const over = (): void => {
        const rested = this.lasts ? task.rest({ periodMs, tick: over }) : undefined
        if (rested === undefined) wake()
        else cancel = rested.cancel
      }
      let cancel = task.after(periodMs, over)
      return () => cancel()
    })
  }
}
