/**
 * The five fields of a CronJob's schedule, and its short forms: robfig/cron/v3:parser.go (ParseStandard), spec.go.
 *
 * Its grammar and words are the API's, and no library for JavaScript has them: they add seconds and years, letters such as L and W, and
 * combine the days of month and week in other ways.
 */
import { utc } from '#base/clock.ts'

/** Ascending. A field that was `*` or `?` does not limit the other field of days. */
interface Field {
  readonly values: ReadonlySet<number>
  readonly isStar: boolean
}

export interface Schedule {
  /** The next time after `ms`; undefined for a day that never comes (within five years). Both in UTC. */
  next(ms: number): number | undefined
}

const bounds = [
  { name: 'minute', min: 0, max: 59, words: [] },
  { name: 'hour', min: 0, max: 23, words: [] },
  { name: 'day of month', min: 1, max: 31, words: [] },
  {
    name: 'month',
    min: 1,
    max: 12,
    words: ['', ...'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')],
  },
  { name: 'day of week', min: 0, max: 6, words: 'sun mon tue wed thu fri sat'.split(' ') },
] as const

const short: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** Throws an Error in the parser's words. */
export function parseSchedule(text: string): Schedule {
  if (text === '') throw new Error('empty spec string')
  if (text.startsWith('@every ')) return every(text)
  if (text.startsWith('@') && short[text] === undefined) throw new Error(`unrecognized descriptor: ${text}`)
  const words = (short[text] ?? text).split(/\s+/).filter(Boolean)
  if (words.length !== bounds.length)
    throw new Error(`expected exactly 5 fields, found ${words.length}: [${words.join(' ')}]`)
  const fields = bounds.map((bound, at) => fieldOf(words[at] ?? '', bound))
  return { next: (ms) => next(fields, ms) }
}

function every(text: string): Schedule {
  const [, hours = '0', minutes = '0', seconds = '0'] =
    /^@every (?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? []
  const periodMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  if (periodMs === 0) throw new Error(`failed to parse duration ${text}`)
  return { next: (ms) => Math.floor(ms / 1000) * 1000 + periodMs }
}

type Bound = (typeof bounds)[number]

function fieldOf(text: string, bound: Bound): Field {
  const values = new Set<number>()
  let isStar = false
  for (const part of text.split(',').filter(Boolean)) {
    const range = rangeOf(part, bound)
    isStar ||= range.isStar
    for (let value = range.from; value <= range.to; value += range.step) values.add(value)
  }
  return { values, isStar }
}

function rangeOf(
  text: string,
  bound: Bound,
): { readonly from: number; readonly to: number; readonly step: number; readonly isStar: boolean } {
  const [span = '', stepText, ...more] = text.split('/')
  const [low = '', high, ...others] = span.split('-')
  if (others.length > 0) throw new Error(`too many hyphens: ${text}`)
  if (more.length > 0) throw new Error(`too many slashes: ${text}`)
  const all = low === '*' || low === '?'
  const from = all ? bound.min : numberOf(low, bound)
  const step = stepText === undefined ? 1 : natural(stepText)
  const last = all || (stepText !== undefined && high === undefined) ? bound.max : from
  const to = high === undefined ? last : numberOf(high, bound)
  if (from < bound.min) throw new Error(`beginning of range (${from}) below minimum (${bound.min}): ${text}`)
  if (to > bound.max) throw new Error(`end of range (${to}) above maximum (${bound.max}): ${text}`)
  if (from > to) throw new Error(`beginning of range (${from}) beyond end of range (${to}): ${text}`)
  if (step === 0) throw new Error(`step of range should be a positive number: ${text}`)
  return { from, to, step, isStar: all && step === 1 }
}

function numberOf(text: string, { words }: Bound): number {
  const at = (words as readonly string[]).indexOf(text.toLowerCase())
  return at >= 0 && text !== '' ? at : natural(text)
}

function natural(text: string): number {
  if (!/^[-+]?\d+$/.test(text))
    throw new Error(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    )
  const number = Number(text)
  if (number < 0) throw new Error(`negative number (${number}) not allowed: ${text}`)
  return number
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const yearsMax = 5

/** Goes by days, then hours, then minutes. */
function next(
  [minutes, hours, days, months, weekdays]: readonly Field[],
  afterMs: number,
): number | undefined {
  if (minutes === undefined || hours === undefined) return undefined
  let ms = (Math.floor(afterMs / minuteMs) + 1) * minuteMs
  const endMs = afterMs + yearsMax * 366 * dayMs
  while (ms < endMs) {
    if (!isDay(ms, days, months, weekdays)) ms = (Math.floor(ms / dayMs) + 1) * dayMs
    else if (!hours.values.has(Math.floor((ms % dayMs) / hourMs))) ms = (Math.floor(ms / hourMs) + 1) * hourMs
    else if (!minutes.values.has(Math.floor((ms % hourMs) / minuteMs))) ms += minuteMs
    else return ms
  }
  return undefined
}

/** Where both kinds of days are limited, either will do. */
function isDay(ms: number, days?: Field, months?: Field, weekdays?: Field): boolean {
  if (days === undefined || months === undefined || weekdays === undefined) return false
  const { date } = utc(ms)
  if (!months.values.has(Number(date.slice(5, 7)))) return false
  const day = days.values.has(Number(date.slice(8, 10)))
  // 1970 began with a Thursday.
  const weekday = weekdays.values.has((Math.floor(ms / dayMs) + 4) % 7)
  return days.isStar || weekdays.isStar ? day && weekday : day || weekday
}
