/**
 * Times for clients whose clock is not the lab's. A lab that was advanced runs ahead of the wall; clients compute ages
 * with their own clock, so what they are shown is moved by the difference, and what they send is moved back.
 */
import { parseTime, rfc3339 } from '#base/clock.ts'

const quoted = /"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z"/g
const leading = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z /gm

/** JSON text with every quoted RFC 3339 time in UTC moved by whole seconds; fractions stay as they are written. */
export const shiftJson = (text: string, skewMs: number): string =>
  shift(text, quoted, skewMs, (time) => `"${time}Z"`)

/** Log text with the times that begin its lines moved likewise. */
export const shiftLog = (text: string, skewMs: number): string =>
  shift(text, leading, skewMs, (time) => `${time}Z `)

function shift(text: string, pattern: RegExp, skewMs: number, written: (time: string) => string): string {
  const wholeMs = Math.round(skewMs / 1000) * 1000
  if (wholeMs === 0) return text
  return text.replace(pattern, (whole, seconds: string, fraction: string | undefined) => {
    const ms = parseTime(`${seconds}Z`)
    return ms === undefined ? whole : written(`${rfc3339(ms + wholeMs).slice(0, -1)}${fraction ?? ''}`)
  })
}

/**
 * The skew in whole seconds, kept while it moves less than a second and a half: a client that reads a time and writes it
 * back gets the same second, although the two clocks tick apart.
 */
export function steadySkew(skewMs: () => number): () => number {
  let kept: number | undefined
  return () => {
    const now = skewMs()
    if (kept === undefined || Math.abs(now - kept) > 1500) kept = Math.round(now / 1000) * 1000
    return kept
  }
}
