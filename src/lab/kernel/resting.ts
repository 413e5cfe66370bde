import type { Cancel, Kernel } from '#lab/kernel/kernel.ts'
import type { QueuedEvent } from '#lab/kernel/queue.ts'

/** A beat whose ticks would bring what they brought before, as long as the epoch stands. */
export interface Rest {
  readonly name: string
  /** The next tick, known already or asked for when it matters; the others follow every `periodMs`. */
  readonly fromMs: number | (() => number)
  readonly periodMs: number
  /** The first tick at or after this is carried out whatever the epoch. Default: none is. */
  readonly untilMs?: number
  /** A machine whose files matter, too: see {@link Kernel.movedAt}. */
  readonly place?: object
  readonly tick: () => void
}

/** What can be done to a beat that rests. */
export interface Rested {
  readonly cancel: Cancel
  /** It goes on at its next tick, as when the epoch moves. */
  readonly stir: () => void
}

/**
 * Beats that rest: no tick of theirs is an event. Once the epoch moves (docs/decisions/0012), each goes on at its next tick, as
 * if it had ticked all the time. A tick at the very instant of the move has been: it was asked for a period before.
 */
export class Resting {
  readonly #kernel: Kernel
  readonly #beats = new Map<object | undefined, Set<Rest>>()
  readonly #ends = new Map<Rest, QueuedEvent>()

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  add(rest: Rest): Rested {
    let beats = this.#beats.get(rest.place)
    if (beats === undefined) {
      beats = new Set()
      this.#beats.set(rest.place, beats)
    }
    beats.add(rest)
    if (rest.untilMs !== undefined) this.#schedule(rest, firstTick(rest, rest.untilMs))
    return {
      cancel: () => {
        this.#beats.get(rest.place)?.delete(rest)
        this.#forget(rest)
      },
      stir: () => {
        if (this.#beats.get(rest.place)?.delete(rest)) this.#goOn(rest)
      },
    }
  }

  moved(): void {
    if (this.#beats.size === 0) return
    const all = [...this.#beats.values()]
    this.#beats.clear()
    for (const beats of all) for (const rest of beats) this.#goOn(rest)
  }

  movedAt(place: object): void {
    const beats = this.#beats.get(place)
    if (beats === undefined) return
    this.#beats.delete(place)
    for (const rest of beats) this.#goOn(rest)
  }

  #goOn(rest: Rest): void {
    this.#forget(rest)
    const { nowMs } = this.#kernel
    const next = firstTick(rest, nowMs)
    this.#schedule(rest, next > nowMs ? next : next + rest.periodMs)
  }

  #schedule(rest: Rest, timeMs: number): void {
    const run = (): void => {
      this.#beats.get(rest.place)?.delete(rest)
      this.#ends.delete(rest)
      rest.tick()
    }
    this.#ends.set(rest, this.#kernel.schedule(timeMs, rest.name, run))
  }

  #forget(rest: Rest): void {
    const event = this.#ends.get(rest)
    if (event === undefined) return
    this.#kernel.cancel(event)
    this.#ends.delete(rest)
  }
}

function firstTick({ fromMs, periodMs }: Rest, timeMs: number): number {
  const first = typeof fromMs === 'number' ? fromMs : fromMs()
  return timeMs <= first ? first : first + Math.ceil((timeMs - first) / periodMs) * periodMs
}
