import { utc } from '#base/clock.ts'
import { remembering } from '#base/remember.ts'
import { LogRuns } from '#lab/runtime/log-runs.ts'

export interface LogLine {
  readonly timeMs: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/**
 * Lines in order, in little room: what programs say again and again differs in its time stamp only, as Calico's lines do
 * (`2026-01-07 06:00:47.123 [INFO]…`). Of a line that begins with the time of its writing the rest is kept, and what was said a few texts
 * before is not kept again.
 */
export class LogLines {
  /** Of each line: when, and which text with which flags. */
  readonly #runs = new LogRuns()
  #texts: string[] = []

  get length(): number {
    return this.#runs.length
  }

  push({ timeMs, stream, text }: LogLine): void {
    const isStamped = text.length > stampLength && text[4] === '-' && text.startsWith(stamp(timeMs))
    const place = this.#placeOf(isStamped ? text.slice(stampLength) : text)
    this.#runs.push(timeMs, place * 4 + (isStamped ? 2 : 0) + (stream === 'stderr' ? 1 : 0))
  }

  /** {@link push} of a line that begins with that time, without it being made. */
  pushStamped({ timeMs, stream }: Pick<LogLine, 'timeMs' | 'stream'>, rest: string): void {
    this.#runs.push(timeMs, this.#placeOf(rest) * 4 + 2 + (stream === 'stderr' ? 1 : 0))
  }

  at(index: number): LogLine {
    const { timeMs, code } = this.#runs.at(index)
    const rest = this.#texts[code >> 2] as string
    return {
      timeMs,
      stream: code & 1 ? 'stderr' : 'stdout',
      text: code & 2 ? stamp(timeMs) + rest : rest,
    }
  }

  /** From the line `start` on. */
  from(start: number): readonly LogLine[] {
    return Array.from({ length: Math.max(0, this.length - start) }, (_, i) => this.at(start + i))
  }

  /** How long its lines are in UTF-8, and how many pieces of at most `max` characters they make. */
  measure(max: number): { readonly bytes: number; readonly pieces: number } {
    let bytes = 0
    let pieces = 0
    for (const [code, lines] of this.#runs.codes()) {
      const rest = this.#texts[code >> 2] as string
      const stamped = code & 2 ? stampLength : 0
      bytes += lines * (Buffer.byteLength(rest) + stamped)
      pieces += lines * Math.max(1, Math.ceil((rest.length + stamped) / max))
    }
    return { bytes, pieces }
  }

  /** Where the first line is that is not older. */
  firstSince(timeMs: number): number {
    let first = 0
    while (first < this.length && this.#runs.at(first).timeMs < timeMs) first++
    return first
  }

  /** Forgets the first lines, and texts that no other line has. */
  drop(count: number): void {
    this.#runs.drop(count)
    const texts: string[] = []
    const places = new Map<number, number>()
    this.#runs.recode((code) => {
      const before = code >> 2
      const place = places.get(before) ?? texts.push(this.#texts[before] as string) - 1
      places.set(before, place)
      return place * 4 + (code & 3)
    })
    this.#texts = texts
  }

  #placeOf(text: string): number {
    const one = kept(text)
    const first = Math.max(0, this.#texts.length - recentMax)
    for (let at = this.#texts.length - 1; at >= first; at--) if (this.#texts[at] === one) return at
    return this.#texts.push(one) - 1
  }
}

/** What the programs of many machines say alike is kept once, and without the time that stood before it. */
const kept = remembering(
  (text) => (isLatin1.test(text) ? Buffer.from(text, 'latin1').toString('latin1') : text),
  {
    max: 8192,
  },
)

/** Who says the same again and again says little between. */
const recentMax = 16

const isLatin1 = /^[\x00-\xff]*$/

export const stampLength = '2026-01-07 06:00:47.123'.length

/** A time as Calico's lines begin with it. */
export function stamp(ms: number): string {
  const { date, time } = utc(ms)
  return `${date} ${time}`
}
