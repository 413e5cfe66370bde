import type { Payload } from '#lab/network/ports.ts'

/** What a connection's end does for what it has left. */
export interface LeavingEnd {
  readonly nowMs: number
  /** From now on {@link Left.wake} is called as soon as anything moves that packets meet. */
  leaving(left: Left): void
  /** Nothing is left any more. */
  left(left: Left): void
  /** What has arrived, to the other end. */
  deliver(payload: Payload): void
  /** What has not arrived yet. */
  send(payload: Payload): void
}

/**
 * Payloads of one end whose arrival nobody waits for: each arrives in its time without an event, and is handed over when the
 * other end looks, when something is sent after it, or when anything moves that packets meet (docs/decisions/0012).
 */
export class Left {
  readonly #end: LeavingEnd
  #payloads: { readonly payload: Payload; readonly atMs: number }[] = []

  constructor(end: LeavingEnd) {
    this.#end = end
  }

  /** `wayMs`: how long it takes to the other end. */
  add(payload: Payload, wayMs: number): void {
    if (this.#payloads.length === 0) this.#end.leaving(this)
    this.#payloads.push({ payload, atMs: this.#end.nowMs + wayMs })
  }

  /** The other end looks for what has arrived. */
  look(): void {
    const { nowMs } = this.#end
    if (this.#payloads.length === 0) return
    const onWay = this.#payloads.findIndex(({ atMs }) => atMs > nowMs)
    const arrived = this.#payloads.splice(0, onWay < 0 ? this.#payloads.length : onWay)
    if (onWay < 0) this.#end.left(this)
    for (const { payload } of arrived) this.#end.deliver(payload)
  }

  /** Something is sent after it: all of it comes before that. */
  handOver(): void {
    if (this.#payloads.length === 0) return
    const all = this.#payloads
    this.#payloads = []
    this.#end.left(this)
    for (const { payload } of all) this.#end.deliver(payload)
  }

  /** Something moves: what is on its way may be in the way of that. */
  wake(): void {
    this.look()
    if (this.#payloads.length === 0) return
    const onWay = this.#payloads
    this.#payloads = []
    this.#end.left(this)
    for (const { payload } of onWay) this.#end.send(payload)
  }
}
