/**
 * Time as an argument. The wall clock below and the lab's virtual clock both are one.
 * Only this folder touches `Date` and timers.
 */
export interface Clock {
  /** Milliseconds since 1970, for people. May jump. */
  now(): number
  /** Milliseconds that never go back, for measuring. */
  monotonic(): number
  /** Resolves after `ms`; rejects with `signal.reason` when aborted first. */
  sleep(ms: number, o?: { readonly signal?: AbortSignal }): Promise<void>
}

export const wallClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, { signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const abort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }, ms)
      signal?.addEventListener('abort', abort, { once: true })
    }),
}

/** A signal that aborts after `ms` of wall time, for time-outs of real requests. */
export const timeoutSignal = (ms: number): AbortSignal => AbortSignal.timeout(ms)

/** `2026-01-07T06:30:00Z`, as Kubernetes writes `metav1.Time` (whole seconds, UTC). */
export function rfc3339(ms: number): string {
  const second = Math.floor(ms / 1000)
  // Many objects are stamped in the same second, and say when something began a few seconds before.
  const known = seconds.get(second)
  if (known !== undefined) return known
  const text = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`
  if (seconds.size >= secondsMax) seconds.clear()
  seconds.set(second, text)
  return text
}

const secondsMax = 256
const seconds = new Map<number, string>()

/** `2026-01-07T06:30:00.000000Z`, as Kubernetes writes `metav1.MicroTime`. */
export function rfc3339Micro(ms: number): string {
  const { date, time } = utc(ms)
  return `${date}T${time}000Z`
}

/** Milliseconds since 1970 of an RFC 3339 text; `undefined` when it is none. */
export function parseTime(text: string): number | undefined {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

export interface UtcParts {
  readonly date: string // 2026-01-07
  readonly time: string // 06:30:00.000
  readonly weekday: string // Wed
  readonly month: string // Jan
  readonly day: number
}

/** The UTC calendar parts of a moment, for log formats. */
export function utc(ms: number): UtcParts {
  // Who writes a line and who keeps it ask for the same.
  if (ms !== lastUtcMs) {
    lastUtc = utcParts(ms)
    lastUtcMs = ms
  }
  return lastUtc
}

let lastUtcMs = Number.NaN
let lastUtc: UtcParts

/** Of moments one after another all but the seconds is mostly the same. */
function utcParts(ms: number): UtcParts {
  const minute = Math.floor(ms / minuteMs)
  if (minute !== lastMinute) {
    lastMinuteParts = minuteParts(minute)
    lastMinute = minute
  }
  const left = Math.floor(ms - minute * minuteMs)
  const seconds = `${Math.floor(left / 1000)}`.padStart(2, '0')
  const { date, hours, weekday, month, day } = lastMinuteParts
  const time = `${hours}:${seconds}.${`${left % 1000}`.padStart(3, '0')}`
  return { date, time, weekday, month, day }
}

const minuteMs = 60_000
let lastMinute = Number.NaN
let lastMinuteParts: ReturnType<typeof minuteParts>

function minuteParts(minute: number): Omit<UtcParts, 'time'> & { readonly hours: string } {
  const at = new Date(minute * minuteMs)
  const iso = at.toISOString()
  return {
    date: iso.slice(0, 10),
    hours: iso.slice(11, 16),
    weekday: weekdays.slice(3 * at.getUTCDay(), 3 * at.getUTCDay() + 3),
    month: months.slice(3 * at.getUTCMonth(), 3 * at.getUTCMonth() + 3),
    day: at.getUTCDate(),
  }
}

const weekdays = 'SunMonTueWedThuFriSat'
const months = 'JanFebMarAprMayJunJulAugSepOctNovDec'
