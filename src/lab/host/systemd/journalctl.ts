import { parseTime, utc } from '#base/clock.ts'
import { type JournalEntry, parseJournal } from '#lab/host/machine/journal.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'
import { patternMatcher, regularExpression } from '#lab/host/shell/glob.ts'
import { timeSpanMs } from '#lab/host/systemd/unit-file.ts'

const folder = '/var/log/journal'
const pollMs = 500

interface Filter {
  readonly units?: readonly string[]
  readonly kernel?: boolean
  /** 0: this boot, -1: the one before. */
  readonly boot?: number
  readonly sinceMs?: number
  readonly untilMs?: number
  readonly limit?: number
  readonly identifiers?: readonly string[]
  readonly pid?: number
  /** At most this number: 3 is `err`. */
  readonly priority?: number
  readonly grep?: RegExp
}

/**
 * journalctl(1): `-u` (with patterns), `-t`, `-n`, `-f`, `-r`, `-b`, `-k`, `-p`, `-g`, `--since`, `--until`, `_PID=`, `-o
 * short|short-iso|short-precise|json|json-pretty|cat`, `--list-boots`, `--disk-usage`, `--vacuum-*`. Not imitated: cursors, other
 * fields. A line has no priority of its own here: it is told from its words, as klog and Calico write them.
 */
export const journalctl: Program = async (p) => {
  const options = parseOptions(p, p.argv.slice(1))
  if (typeof options === 'string') {
    p.stderr.write(`${options}\n`)
    return 1
  }
  const entries = await entriesOf(p)
  if (entries === undefined) {
    p.stderr.write('No journal files were opened due to insufficient permissions.\n')
    return 1
  }
  if (options.report !== undefined) return report(p, entries, options.report)
  const found = filtered(p, entries, options.filter)
  const shown = options.reverse ? found.toReversed() : found
  const show = (entry: JournalEntry): void => p.stdout.write(`${lineOf(p, entry, options.format)}\n`)
  if (shown.length === 0 && !options.follow) p.stdout.write('-- No entries --\n')
  let bootId = shown[0]?.bootId
  for (const entry of shown) {
    if (entry.bootId !== bootId) p.stdout.write(`-- Boot ${entry.bootId.replaceAll('-', '')} --\n`)
    bootId = entry.bootId
    show(entry)
  }
  if (!options.follow) return 0
  return follow(p, { seen: entries.length, filter: options.filter, show })
}

/** Entries formatted as `-o short`, for `systemctl status`. */
export async function journalLines(p: Process, filter: Filter): Promise<string[]> {
  const entries = filtered(p, (await entriesOf(p)) ?? [], { ...filter, boot: 0 })
  return entries.map((entry) => lineOf(p, entry, 'short'))
}

/** `undefined` when the journal may not be read; none when there is none. */
async function entriesOf(p: Process): Promise<JournalEntry[] | undefined> {
  try {
    const entries: JournalEntry[] = []
    for (const { name } of await p.files.list(folder))
      entries.push(...parseJournal(await p.files.read(`${folder}/${name}/system.journal`)))
    return entries
  } catch (error) {
    if (isErrno(error, 'EACCES')) return undefined
    if (isErrno(error)) return []
    throw error
  }
}

async function follow(
  p: Process,
  o: { readonly seen: number; readonly filter: Filter; readonly show: (entry: JournalEntry) => void },
): Promise<number> {
  let { seen } = o
  const { limit: _, ...filter } = o.filter
  for (;;) {
    await p.sleep(pollMs)
    const entries = (await entriesOf(p)) ?? []
    if (entries.length < seen) seen = 0
    for (const entry of filtered(p, entries.slice(seen), filter)) o.show(entry)
    seen = entries.length
  }
}

function filtered(p: Process, entries: readonly JournalEntry[], filter: Filter): JournalEntry[] {
  const boots = [...new Set(entries.map(({ bootId }) => bootId))]
  const current = machineOf(p).bootId
  const here = boots.includes(current) ? boots.indexOf(current) : boots.length
  const boot = filter.boot === undefined ? undefined : boots[here + filter.boot]
  const chosen = entries.filter((entry) => {
    if (filter.units && !filter.units.some((unit) => isUnit(unit, entry.unit))) return false
    if (filter.identifiers && !filter.identifiers.includes(entry.identifier)) return false
    if (filter.pid !== undefined && entry.pid !== filter.pid) return false
    if (filter.priority !== undefined && priorityOf(entry) > filter.priority) return false
    if (filter.grep && !filter.grep.test(entry.message)) return false
    if (filter.kernel && entry.unit !== 'kernel') return false
    if (filter.boot !== undefined && entry.bootId !== boot) return false
    if (filter.sinceMs !== undefined && entry.timeMs < filter.sinceMs) return false
    return filter.untilMs === undefined || entry.timeMs <= filter.untilMs
  })
  return filter.limit === undefined ? chosen : filter.limit === 0 ? [] : chosen.slice(-filter.limit)
}

const isUnit = (pattern: string, unit: string): boolean =>
  pattern === unit || (/[*?[]/.test(pattern) && patternMatcher(pattern)(unit))

const priorities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']

/** Of klog's first letter, of `[ERROR]`, `level=error`, and of what the kernel and systemd say of failures. */
function priorityOf({ message, unit }: JournalEntry): number {
  if (/^F\d{4} |\[FATAL\]|\[PANIC\]|level=fatal|Kernel panic/.test(message)) return 2
  if (/^E\d{4} |\[ERROR\]|level=error/.test(message)) return 3
  if (unit === 'kernel' && /Out of memory|table full|overflow|denied/.test(message)) return 3
  if (/^W\d{4} |\[WARNING\]|level=warn|Failed with result|Failed to start|exited, code=/.test(message))
    return 4
  return 6
}

/** `Jan 07 06:00:12 k8s-worker-01 kubelet[312]: …` */
function lineOf(p: Process, entry: JournalEntry, format: string): string {
  const { timeMs, identifier, pid, message } = entry
  if (format === 'cat') return message
  if (format.startsWith('json'))
    return JSON.stringify(fieldsOf(p, entry), undefined, format === 'json-pretty' ? '\t' : undefined)
  if (format.startsWith('short-iso')) {
    const { date, time } = utc(timeMs)
    return `${date}T${time.slice(0, 8)}+0000 ${p.hostname} ${identifier}${pid === undefined ? '' : `[${pid}]`}: ${message}`
  }
  const { month, day, time } = utc(timeMs)
  const stamp = `${month} ${String(day).padStart(2, '0')} ${time.slice(0, format === 'short-precise' ? 12 : 8)}`
  return `${stamp} ${p.hostname} ${identifier}${pid === undefined ? '' : `[${pid}]`}: ${message}`
}

/** The commonest fields of an exported entry (systemd.journal-fields(7)). */
const fieldsOf = (p: Process, entry: JournalEntry): Record<string, string> => ({
  __REALTIME_TIMESTAMP: String(Math.round(entry.timeMs * 1000)),
  _BOOT_ID: entry.bootId.replaceAll('-', ''),
  _HOSTNAME: p.hostname,
  PRIORITY: String(priorityOf(entry)),
  _TRANSPORT: entry.unit === 'kernel' ? 'kernel' : 'stdout',
  SYSLOG_IDENTIFIER: entry.identifier,
  ...(entry.pid === undefined ? {} : { _PID: String(entry.pid) }),
  ...(entry.unit === 'kernel' ? {} : { _SYSTEMD_UNIT: entry.unit }),
  MESSAGE: entry.message,
})

/** What is asked of the journal as a whole. */
async function report(
  p: Process,
  entries: readonly JournalEntry[],
  what: 'boots' | 'usage' | 'vacuum',
): Promise<number> {
  if (what === 'vacuum') {
    p.stderr.write('Vacuuming done, freed 0B of archived journals from /var/log/journal.\n')
    return 0
  }
  if (what === 'usage') {
    const bytes = entries.reduce((sum, entry) => sum + entry.message.length + 120, 0)
    p.stdout.write(
      `Archived and active journals take up ${Math.max(8, Math.ceil(bytes / 2 ** 20)).toFixed(1)}M in the file system.\n`,
    )
    return 0
  }
  const boots = [...new Set(entries.map(({ bootId }) => bootId))]
  const moment = (ms: number | undefined): string => {
    const { weekday, date, time } = utc(ms ?? 0)
    return `${weekday} ${date} ${time.slice(0, 8)} UTC`
  }
  for (const [at, id] of boots.entries()) {
    const own = entries.filter(({ bootId }) => bootId === id)
    p.stdout.write(
      `${String(at - boots.length + 1).padStart(2)} ${id.replaceAll('-', '')} ${moment(own[0]?.timeMs)}—${moment(own.at(-1)?.timeMs)}\n`,
    )
  }
  return 0
}

interface Options {
  readonly reverse: boolean
  readonly report: 'boots' | 'usage' | 'vacuum' | undefined
  readonly filter: Filter
  readonly follow: boolean
  readonly format: string
}

function parseOptions(p: Process, words: readonly string[]): Options | string {
  const units: string[] = []
  const filter: { -readonly [K in keyof Filter]: Filter[K] } = {}
  let format = 'short'
  let follows = false
  let reverse = false
  let report: Options['report']
  const left = words.flatMap((word) => (/^--\w[\w-]*=/.test(word) ? split(word) : clustered(word)))
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '-u' || word === '--unit') units.push(unitName(left.shift() ?? ''))
    else if (word === '-n' || word === '--lines')
      filter.limit = /^\d+$/.test(left[0] ?? '') ? Number(left.shift()) : 10
    else if (word === '-f' || word === '--follow') follows = true
    else if (word === '-r' || word === '--reverse') reverse = true
    else if (word === '-t' || word === '--identifier')
      filter.identifiers = [...(filter.identifiers ?? []), left.shift() ?? '']
    else if (word === '-g' || word === '--grep') {
      const pattern = left.shift() ?? ''
      const expression = regularExpression(pattern, /[A-Z]/.test(pattern) ? '' : 'i')
      if (expression === undefined) return `Bad pattern "${pattern}"`
      filter.grep = expression
    } else if (word === '-p' || word === '--priority') {
      const name = (left.shift() ?? '').replace(/^.*\.\./, '')
      const level = /^\d$/.test(name) ? Number(name) : priorities.findIndex((each) => each.startsWith(name))
      if (level < 0) return `Unknown log level ${name}`
      filter.priority = level
    } else if (word.startsWith('_PID=')) filter.pid = Number(word.slice(5))
    else if (word.startsWith('_SYSTEMD_UNIT=')) units.push(word.slice(14))
    else if (word === '--list-boots') report = 'boots'
    else if (word === '--disk-usage') report = 'usage'
    else if (/^--(vacuum-\w+|rotate|flush|sync)$/.test(word)) {
      report = 'vacuum'
      if (word.startsWith('--vacuum')) left.shift()
    } else if (word === '-k' || word === '--dmesg')
      Object.assign(filter, { kernel: true, boot: filter.boot ?? 0 })
    else if (word === '-b' || word === '--boot')
      filter.boot = /^-?\d+$/.test(left[0] ?? '') ? Number(left.shift()) : 0
    else if (word === '-o' || word === '--output') format = left.shift() ?? 'short'
    else if (word === '-S' || word === '--since' || word === '-U' || word === '--until') {
      const text = left.shift() ?? ''
      const timeMs = momentMs(p.now(), text)
      if (timeMs === undefined) return `Failed to parse timestamp: ${text}`
      if (word === '-S' || word === '--since') filter.sinceMs = timeMs
      else filter.untilMs = timeMs
    } else if (!['--no-pager', '-x', '-e', '-q', '-a', '--no-hostname'].includes(word))
      return `journalctl: unrecognized option '${word}'`
  }
  if (units.length > 0) filter.units = units
  if (follows) filter.limit ??= 10
  return { filter, follow: follows, format, reverse, report }
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
