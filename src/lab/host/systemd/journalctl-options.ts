/** The options of journalctl(1). */

import { parseTime, utc } from '#base/clock.ts'
import { bySpelling } from '#base/spellings.ts'
import type { Process } from '#lab/host/ports.ts'
import { regularExpression } from '#lab/host/shell/glob.ts'
import { type Filter, priorities } from '#lab/host/systemd/journal-entries.ts'
import { timeSpanMs } from '#lab/host/systemd/unit-file.ts'

export interface Options {
  readonly reverse: boolean
  readonly report: 'boots' | 'usage' | 'vacuum' | undefined
  readonly filter: Filter
  readonly follow: boolean
  readonly format: string
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** The options as far as they were read, and the words that are left. */
interface Reading extends Mutable<Options> {
  readonly filter: Mutable<Filter>
  readonly units: string[]
  readonly left: string[]
  readonly nowMs: number
}

/** What journalctl was asked for; a text says what is wrong with it. */
export function parseOptions(p: Process, words: readonly string[]): Options | string {
  const left = words.flatMap((word) => (/^--\w[\w-]*=/.test(word) ? split(word) : clustered(word)))
  const reading: Reading = {
    reverse: false,
    report: undefined,
    filter: {},
    follow: false,
    format: 'short',
    units: [],
    left,
    nowMs: p.now(),
  }
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const take = options.get(word) ?? field(word)
    if (take === undefined) return `journalctl: unrecognized option '${word}'`
    const wrong = take(reading)
    if (wrong !== undefined) return wrong
  }
  const { filter, follow, format, reverse, report, units } = reading
  if (units.length > 0) filter.units = units
  if (follow) filter.limit ??= 10
  return { filter, follow, format, reverse, report }
}

/** Takes one option, and its value from what is left; answers what is wrong with that. */
type Take = (reading: Reading) => string | undefined

const options: ReadonlyMap<string, Take> = bySpelling<Take>([
  ['-u --unit', takeUnit],
  ['-t --identifier', takeIdentifier],
  ['-n --lines', takeLimit],
  ['-b --boot', takeBoot],
  ['-g --grep', takePattern],
  ['-p --priority', takePriority],
  ['-S --since', (reading) => takeMoment(reading, 'sinceMs')],
  ['-U --until', (reading) => takeMoment(reading, 'untilMs')],
  ['-k --dmesg', ({ filter }) => assign(filter, { kernel: true, boot: filter.boot ?? 0 })],
  ['-f --follow', (reading) => assign(reading, { follow: true })],
  ['-r --reverse', (reading) => assign(reading, { reverse: true })],
  ['-o --output', (reading) => assign(reading, { format: reading.left.shift() ?? 'short' })],
  ['--list-boots', (reading) => assign(reading, { report: 'boots' })],
  ['--disk-usage', (reading) => assign(reading, { report: 'usage' })],
  ['--rotate --flush --sync', (reading) => assign(reading, { report: 'vacuum' })],
  ['--vacuum-size --vacuum-time --vacuum-files', takeVacuum],
  ['--no-pager --no-hostname -x -e -q -a', () => undefined],
])

function assign<T extends object>(to: T, values: Partial<T>): undefined {
  Object.assign(to, values)
}

/** `_PID=312`, `_SYSTEMD_UNIT=kubelet.service`. */
function field(word: string): Take | undefined {
  const [name, value = ''] = split(word)
  if (name === '_PID') return ({ filter }) => assign(filter, { pid: Number(value) })
  if (name === '_SYSTEMD_UNIT')
    return ({ units }) => {
      units.push(value)
      return undefined
    }
  return undefined
}

function takeUnit({ units, left }: Reading): undefined {
  units.push(unitName(left.shift() ?? ''))
}

function takeIdentifier({ filter, left }: Reading): undefined {
  filter.identifiers = [...(filter.identifiers ?? []), left.shift() ?? '']
}

function takeLimit({ filter, left }: Reading): undefined {
  filter.limit = /^\d+$/.test(left[0] ?? '') ? Number(left.shift()) : 10
}

function takeBoot({ filter, left }: Reading): undefined {
  filter.boot = /^-?\d+$/.test(left[0] ?? '') ? Number(left.shift()) : 0
}

/** Capital letters make it tell large letters from small ones. */
function takePattern({ filter, left }: Reading): string | undefined {
  const pattern = left.shift() ?? ''
  const expression = regularExpression(pattern, /[A-Z]/.test(pattern) ? '' : 'i')
  if (expression === undefined) return `Bad pattern "${pattern}"`
  return assign(filter, { grep: expression })
}

function takePriority({ filter, left }: Reading): string | undefined {
  const name = (left.shift() ?? '').replace(/^.*\.\./, '')
  const level = /^\d$/.test(name) ? Number(name) : priorities.findIndex((each) => each.startsWith(name))
  return level < 0 ? `Unknown log level ${name}` : assign(filter, { priority: level })
}

function takeMoment({ filter, left, nowMs }: Reading, which: 'sinceMs' | 'untilMs'): string | undefined {
  const text = left.shift() ?? ''
  const timeMs = momentMs(nowMs, text)
  return timeMs === undefined ? `Failed to parse timestamp: ${text}` : assign(filter, { [which]: timeMs })
}

function takeVacuum(reading: Reading): undefined {
  reading.left.shift()
  reading.report = 'vacuum'
}

const split = (word: string): string[] => [
  word.slice(0, word.indexOf('=')),
  word.slice(word.indexOf('=') + 1),
]

/** `-xeu kubelet` and `-n50`. */
function clustered(word: string): string[] {
  const boot = /^-b(-\d+)$/.exec(word)?.[1]
  if (boot !== undefined) return ['-b', boot]
  const [, flags, number] = /^-([a-zA-Z]+?)(\d+)?$/.exec(word) ?? []
  if (flags === undefined || (flags.length === 1 && number === undefined)) return [word]
  // `-ocat`, `-perr`: what follows a letter that takes a value is that value.
  const [, before = '', letter, value] = /^([a-zA-Z]*?)([uopgtSU])(.+)$/.exec(word.slice(1)) ?? []
  if (letter !== undefined && value !== undefined && !/^[a-z]*[uopgt]$/.test(word.slice(1)))
    return [...[...before].map((each) => `-${each}`), `-${letter}`, value]
  return [...[...flags].map((each) => `-${each}`), ...(number === undefined ? [] : [number])]
}

const unitName = (name: string): string => (/\.\w+$/.test(name) ? name : `${name}.service`)

const dayMs = 86_400_000

/** `10 min ago`, `-1h`, `today`, `yesterday`, `now`, `06:30`, `2026-01-07 06:30:00`, `2026-01-07 06:30`, `@1767767400`. */
function momentMs(nowMs: number, text: string): number | undefined {
  if (text === 'now') return nowMs
  const today = utc(nowMs).date
  if (text === 'today') return parseTime(`${today}T00:00:00Z`)
  if (text === 'yesterday') return parseTime(`${utc(nowMs - dayMs).date}T00:00:00Z`)
  if (text === 'tomorrow') return parseTime(`${utc(nowMs + dayMs).date}T00:00:00Z`)
  if (/^@\d+$/.test(text)) return Number(text.slice(1)) * 1000
  if (/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d$/.test(text)) return parseTime(`${text.replace(' ', 'T')}:00Z`)
  const span = /^-(.+)$/.exec(text)?.[1] ?? /^(.+) ago$/.exec(text)?.[1]
  if (span !== undefined) {
    const ms = timeSpanMs(span)
    return ms === undefined ? undefined : nowMs - ms
  }
  if (/^\d\d:\d\d(:\d\d)?$/.test(text))
    return parseTime(`${today}T${text.length === 5 ? `${text}:00` : text}Z`)
  return parseTime(
    /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : `${text.replace(' ', 'T').replace(/Z?$/, '')}Z`,
  )
}
