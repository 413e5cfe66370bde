import type { Cancel } from '#lab/kernel/kernel.ts'
import type { Resting } from '#lab/network/fabric.ts'
import type { KeepAlive } from '#lab/network/ports.ts'

/** What a connection's end does for its signs of life. */
export interface KeptEnd {
  readonly nowMs: number
  /** Whether something was sent that is not acknowledged: then it is sent again, and no sign of life. */
  readonly isWaiting: boolean
  /** Whether a sign of life that were sent now would surely be answered, and be seen by nobody. */
  readonly isSureOfOther: boolean
  /** Sends one. `reset`: the other end knows nothing of the connection, which is over. */
  probe(): 'answered' | 'silent' | 'reset'
  /** None of them was answered. */
  gaveUp(): void
  after(ms: number, run: () => void): Cancel
  readonly resting: Resting
}

/**
 * SO_KEEPALIVE of one end: after so long without a word from the other it is asked for one, and again, and given up in the end. While
 * nothing moves that packets meet no event is made of it (docs/decisions/0012).
 *
 * @see torvalds/linux:net/ipv4/tcp_timer.c (tcp_keepalive_timer)
 */
export class KeptAlive {
  readonly #end: KeptEnd
  readonly #o: KeepAlive
  #heardMs: number
  #unanswered = 0
  #cancel: Cancel | undefined
  #rests = false

  constructor(end: KeptEnd, o: KeepAlive) {
    this.#end = end
    this.#o = o
    this.#heardMs = end.nowMs
    this.#arm(o.idleMs)
  }

  /** The other end has said something, or acknowledged what this one said. */
  heard(): void {
    this.#heardMs = this.#end.nowMs
    this.#unanswered = 0
  }

  /** Something moves: the next sign of life is sent when it is due. */
  wake(): void {
    if (!this.#rests) return
    this.#rest(false)
    const { idleMs } = this.#o
    const { nowMs } = this.#end
    // Each was answered until now.
    this.#heardMs += Math.floor((nowMs - this.#heardMs) / idleMs) * idleMs
    this.#arm(this.#heardMs + idleMs - nowMs)
  }

  /** The connection is over. */
  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#rests) this.#rest(false)
  }

  #due(): void {
    this.#cancel = undefined
    const { idleMs } = this.#o
    const leftMs = this.#heardMs + idleMs - this.#end.nowMs
    if (this.#end.isWaiting) this.#arm(idleMs)
    else if (leftMs > 0) this.#goOn(leftMs)
    else if (this.#isEnough) this.#end.gaveUp()
    else this.#ask()
  }

  #ask(): void {
    const answer = this.#end.isSureOfOther ? 'answered' : this.#end.probe()
    if (answer === 'answered') {
      this.heard()
      this.#goOn(this.#o.idleMs)
    } else if (answer === 'silent') {
      this.#unanswered++
      this.#arm(this.#o.intervalMs)
    }
  }

  get #isEnough(): boolean {
    const { probes, userTimeoutMs } = this.#o
    if (userTimeoutMs === undefined) return this.#unanswered >= probes
    return this.#unanswered > 0 && this.#end.nowMs - this.#heardMs >= userTimeoutMs
  }

  #goOn(ms: number): void {
    if (this.#end.isSureOfOther) this.#rest(true)
    else this.#arm(ms)
  }

  #arm(ms: number): void {
    this.#cancel = this.#end.after(ms, () => this.#due())
  }

  #rest(rests: boolean): void {
    this.#rests = rests
    if (rests) this.#end.resting.add(this)
    else this.#end.resting.delete(this)
  }
}
