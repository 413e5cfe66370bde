import { parseTime, rfc3339 } from '#base/clock.ts'

/**
 * When the text was taken: its newest time, so that an hour-old paste is judged as of that hour, and ages (`31m`) in it
 * count back from there. `nowMs` where it holds no time; times in the future (a certificate's end) do not count.
 */
export function pasteTime(text: string | readonly string[], nowMs: number): number {
  const blocks = typeof text === 'string' ? [text] : text
  const times = blocks.map((block) =>
    Math.max(newestIso(block, nowMs), newestWritten(block, nowMs), newestOfKernel(block, nowMs)),
  )
  const dated = times.reduce((a, b) => Math.max(a, b), 0)
  const ofJournal = blocks.map((block) => newestOfJournal(block, nowMs, dated)).findLast((atMs) => atMs > 0)
  const latest = Math.max(dated, ofJournal ?? 0)
  if (latest > 0) return latest
  // Nothing has a year: lines of klog are then all there is, and the last of them counts.
  return blocks.map((block) => newestOfKlog(block, nowMs)).findLast((atMs) => atMs > 0) ?? nowMs
}

const graceMs = 60_000
/** The journal prints local time, logs mostly print UTC. */
const besideMs = 2 * 86_400_000

const yearOf = (ms: number): number => Number(rfc3339(ms).slice(0, 4))

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

/** `[Thu Oct  7 00:39:42 2021]` of dmesg -T: local time, as the journal's. */
function newestOfKernel(text: string, nowMs: number): number {
  let newest = 0
  for (const [, day, time, year] of text.matchAll(
    /^\[[A-Z][a-z]{2} ([A-Z][a-z]{2} [ \d]\d) (\d\d:\d\d:\d\d) (20\d\d)\] /gm,
  )) {
    const at = parseTime(`${day} ${year} ${time} UTC`) ?? 0
    if (at > newest && at <= nowMs + graceMs) newest = at
  }
  return newest
}

/**
 * Journal lines have no year, and stand in order: the last one counts. Of the day of what is dated beside them, they are of its
 * year; else of the year before `nowMs`.
 */
function newestOfJournal(text: string, nowMs: number, datedMs: number): number {
  let last: string | undefined
  for (const [found] of text.matchAll(
    /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?= [\w.-]{1,253} [\w@.:/()-]{1,120}\[\d)/gm,
  ))
    last = found
  if (last === undefined) return 0
  const inYear = (year: number) => parseTime(`${last.slice(0, 6)} ${year} ${last.slice(7)} UTC`) ?? 0
  const beside = inYear(yearOf(datedMs))
  if (datedMs > 0 && Math.abs(beside - datedMs) <= besideMs) return beside
  const candidates = [yearOf(nowMs), yearOf(nowMs) - 1].map(inYear)
  return candidates.find((at) => at > 0 && at <= nowMs + graceMs) ?? 0
}

/** `E0107 06:30:00.123456 …` of Kubernetes' programs. */
function newestOfKlog(text: string, nowMs: number): number {
  const last = [
    ...text.matchAll(/^[IWEF](?<month>[01]\d)(?<day>[0-3]\d) (?<time>\d\d:\d\d:\d\d)(?=[. ])/gm),
  ].at(-1)?.groups
  if (last === undefined) return 0
  const candidates = [yearOf(nowMs), yearOf(nowMs) - 1].map(
    (year) => parseTime(`${year}-${last.month}-${last.day}T${last.time}Z`) ?? 0,
  )
  const found = candidates.find((at) => at > 0 && at <= nowMs + graceMs)
  // A second more: the fraction was left out.
  return found === undefined ? 0 : found + 1000
}
