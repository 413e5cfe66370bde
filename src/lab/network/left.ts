import type { Resting } from '#lab/network/fabric.ts'
import type { LeftSource, Payload } from '#lab/network/ports.ts'

/** What a connection's end does for what it has left. */
export interface LeavingEnd {
  readonly nowMs: number
  readonly resting: Resting
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
  #payloads: Leaving[] = []

  constructor(end: LeavingEnd) {
    this.#end = end
  }

  /** `wayMs`: how long it takes to the other end. */
  add(payload: Payload, wayMs: number): void {
    this.#add(new One(payload, this.#end.nowMs), wayMs)
  }

  /** All that `source` has to say from now on, until somebody takes the last of it. */
  addFrom(source: LeftSource, wayMs: number): void {
    this.#add(source, wayMs)
  }

  #add(source: LeftSource, wayMs: number): void {
    if (this.#payloads.length === 0) this.#end.resting.add(this)
    this.#payloads.push({ source, wayMs })
  }

  /** The other end looks for what has arrived. */
  look(): void {
    if (this.#payloads.length === 0) return
    const { nowMs } = this.#end
    const arrived = this.#payloads.map(({ source, wayMs }) => source.take(nowMs - wayMs))
    this.#payloads = this.#payloads.filter(({ source }) => source.hasMore)
    if (this.#payloads.length === 0) this.#end.resting.delete(this)
    for (const payload of arrived) if (payload !== undefined) this.#end.deliver(payload)
  }

  /** Something is sent after it: all of it comes before that. */
  handOver(): void {
    for (const payload of this.#all()) this.#end.deliver(payload)
  }

  /** Something moves: what is on its way may be in the way of that. */
  wake(): void {
    this.look()
    for (const payload of this.#all()) this.#end.send(payload)
  }

  /** All of it, which is left no longer. */
  #all(): readonly Payload[] {
    if (this.#payloads.length === 0) return []
    const all = this.#payloads.map(({ source }) => source.take(Number.POSITIVE_INFINITY))
    this.#payloads = []
    this.#end.resting.delete(this)
    return all.filter((payload) => payload !== undefined)
  }
}

interface Leaving {
  readonly source: LeftSource
  /** How long it takes to the other end. */
  readonly wayMs: number
}

/** What says one thing, once. */
class One implements LeftSource {
  #payload: Payload | undefined
  readonly #saidMs: number

  constructor(payload: Payload, saidMs: number) {
    this.#payload = payload
    this.#saidMs = saidMs
  }

  get hasMore(): boolean {
    return this.#payload !== undefined
  }

  take(untilMs: number): Payload | undefined {
    if (this.#saidMs > untilMs) return undefined
    const payload = this.#payload
    this.#payload = undefined
    return payload
  }
}
