import type { Resting } from '#lab/network/fabric.ts'
import type { Beat, BeatListener, Beats, Payload } from '#lab/network/ports.ts'

/** What a connection's end does for its beats. */
export interface BeatEnd {
  readonly nowMs: number
  /** How long a beat takes to the other end; undefined where one has to be sent to know whether it gets there. */
  readonly beatMs: number | undefined
  readonly other: BeatEnd | undefined
  /** Made on first use. */
  readonly beats: EndBeats
  readonly resting: Resting
  /** So many of them were sent and acknowledged. */
  said(times: number, payload: Payload): void
  /** One more was sent, and arrives in so many ms. */
  saying(payload: Payload, inMs: number): void
}

/** Beats of one end that nobody sends: when they were said is worked out when somebody wants to know. */
interface Rest {
  readonly beat: Beat
  readonly wayMs: number
  readonly answer: Answer | undefined
  /** How many were said. */
  said: number
  /** Of those, the last and the one before. */
  lastMs: number
  beforeMs: number | undefined
  nextMs: number
}

/** What the other end says to each. */
interface Answer {
  readonly payload: Payload
  /** How long after the beat was said it is here. */
  readonly afterMs: number
}

/**
 * The beats of one end of a connection: while nothing moves that its packets meet, what it says by the clock is said, arrives
 * and is acknowledged without an event. When something moves, what was said until then is added up, what is on its way is sent
 * on, and the next beat is said in its time: nobody can tell that they rested (docs/decisions/0012).
 */
export class EndBeats implements Beats {
  readonly #end: BeatEnd
  /** Who hears what the other end says. */
  listener: BeatListener | undefined
  #rest: Rest | undefined

  constructor(end: BeatEnd) {
    this.#end = end
  }

  listen(listener: BeatListener): void {
    this.listener = listener
  }

  rest(beat: Beat): boolean {
    const { nowMs, beatMs, other } = this.#end
    const listener = other?.beats.listener
    if (beatMs === undefined || listener === undefined) return false
    const backMs = listener.answer === undefined ? 0 : other?.beatMs
    if (backMs === undefined) return false
    const answer =
      listener.answer === undefined ? undefined : { payload: listener.answer, afterMs: beatMs + backMs }
    const nextMs = nowMs + beat.pauseMs()
    this.#rest = { beat, wayMs: beatMs, answer, said: 1, lastMs: nowMs, beforeMs: undefined, nextMs }
    this.#end.resting.add(this)
    listener.rest()
    return true
  }

  get untilNextMs(): number | undefined {
    const rest = this.#caughtUp()
    return rest === undefined ? undefined : rest.nextMs - this.#end.nowMs
  }

  get sinceHeardMs(): number | undefined {
    return this.#end.other?.beats.sinceArrivalMs
  }

  /** Something moves, or somebody has more to say. */
  wake(): void {
    const rest = this.#caughtUp()
    if (rest === undefined) return
    const { nowMs, other } = this.#end
    const { beat, answer, wayMs, said, lastMs, nextMs } = rest
    const sinceArrivalMs = since(rest, wayMs, nowMs)
    const sinceAnswerMs = answer && since(rest, answer.afterMs, nowMs)
    this.#rest = undefined
    this.#end.resting.delete(this)
    const inMs = lastMs + wayMs - nowMs
    sayUp(this.#end, beat.payload, { times: said, lastInMs: inMs })
    if (answer !== undefined && other !== undefined) {
      const times = inMs >= 0 ? said - 1 : said // one that is on its way is answered when it is there
      sayUp(other, answer.payload, { times, lastInMs: inMs >= 0 ? -1 : lastMs + answer.afterMs - nowMs })
    }
    other?.beats.listener?.wake(sinceArrivalMs)
    beat.sayIn(nextMs - nowMs, sinceAnswerMs)
  }

  /** How long ago the last one arrived; undefined: none has since they rest. What is due at this very moment has not happened. */
  get sinceArrivalMs(): number | undefined {
    const rest = this.#caughtUp()
    return rest === undefined ? undefined : since(rest, rest.wayMs, this.#end.nowMs)
  }

  #caughtUp(): Rest | undefined {
    const rest = this.#rest
    if (rest === undefined) return undefined
    const { nowMs } = this.#end
    while (rest.nextMs < nowMs) {
      rest.said++
      rest.beforeMs = rest.lastMs
      rest.lastMs = rest.nextMs
      rest.nextMs += rest.beat.pauseMs()
    }
    return rest
  }
}

/** How long ago that happened last which follows each beat after so long. */
function since({ lastMs, beforeMs }: Rest, afterMs: number, nowMs: number): number | undefined {
  if (lastMs + afterMs < nowMs) return nowMs - lastMs - afterMs
  return beforeMs === undefined ? undefined : nowMs - beforeMs - afterMs
}

/** Adds up what that end has said so many times, and sends the last on, unless it has arrived. */
function sayUp(
  end: BeatEnd,
  payload: Payload,
  { times, lastInMs }: { readonly times: number; readonly lastInMs: number },
): void {
  const isOnWay = lastInMs >= 0
  end.said(isOnWay ? times - 1 : times, payload)
  if (isOnWay) end.saying(payload, lastInMs)
}
