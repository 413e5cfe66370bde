import { parseTime, rfc3339 } from '#base/clock.ts'

/**
 * When the text was taken: its newest time, so that an hour-old paste is judged as of that hour, and ages (`31m`) in it
 * count back from there. `nowMs` where it holds no time; times in the future (a certificate's end) do not count.
 */
export function pasteTime(text: string, nowMs: number): number {
  const latest = Math.max(newestIso(text, nowMs), newestWritten(text, nowMs), newestOfJournal(text, nowMs))
  return latest > 0 ? latest : nowMs
}

const graceMs = 60_000

/** Texts of one form sort as their times do; only the last few have to be parsed. */
function newestIso(text: string, nowMs: number): number {
  const limit = rfc3339(nowMs + graceMs).slice(0, 19)
  let newest = ''
  for (const [found] of text.matchAll(/\b20\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d:[0-5]\d/g)) {
    const iso = `${found.slice(0, 10)}T${found.slice(11)}`
    if (iso > newest && iso <= limit) newest = iso
  }
  return newest === '' ? 0 : (parseTime(`${newest}Z`) ?? 0)
}

/** `Thu, 07 Oct 2021 00:39:42 -0500` of kubectl describe. */
function newestWritten(text: string, nowMs: number): number {
  let newest = 0
  for (const [found] of text.matchAll(
    /\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20\d\d \d\d:\d\d:\d\d [+-]\d{4}/g,
  )) {
    const at = parseTime(found) ?? 0
    if (at > newest && at <= nowMs + graceMs) newest = at
  }
  return newest
}

/** Journal lines have no year, and stand in order: the last one counts. */
function newestOfJournal(text: string, nowMs: number): number {
  let last: string | undefined
  for (const [found] of text.matchAll(
    /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?= [\w.-]{1,253} [\w@.:/()-]{1,120}\[\d)/gm,
  ))
    last = found
  if (last === undefined) return 0
  const year = Number(rfc3339(nowMs).slice(0, 4))
  const candidates = [year, year - 1].map(
    (each) => parseTime(`${last.slice(0, 6)} ${each} ${last.slice(7)} UTC`) ?? 0,
  )
  return candidates.find((at) => at > 0 && at <= nowMs + graceMs) ?? 0
}
