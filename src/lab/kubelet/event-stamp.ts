import type { Process } from '#lab/host/ports.ts'

const sequenceEnd = 1_000_000

/**
 * The time in nanoseconds, as recorders name events (`web.18b2c0ffee`). The lab's clock is coarser, so a counter fills the rest; it
 * starts somewhere, or two recorders that tell of one object in the same millisecond would give one name.
 */
export class EventStamp {
  readonly #p: Process
  #sequence: number
  /** The millisecond of the last name, and the same in nanoseconds. */
  #stampedMs = 0
  #stampedNs = 0n

  constructor(p: Process, component: string) {
    this.#p = p
    this.#sequence = p.random.fork(`events of ${component}`).between(0, sequenceEnd - 1)
  }

  next(): string {
    this.#sequence = (this.#sequence + 1) % sequenceEnd
    const ms = Math.floor(this.#p.now())
    if (ms !== this.#stampedMs) {
      this.#stampedMs = ms
      this.#stampedNs = BigInt(ms) * 1_000_000n
    }
    return (this.#stampedNs + BigInt(this.#sequence)).toString(16)
  }
}
