import { parseTime, utc } from '#base/clock.ts'
import { type JournalEntry, parseJournal } from '#lab/host/machine/journal.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'
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
}

/** journalctl(1): `-u`, `-n`, `-f`, `-b`, `-k`, `--since`, `--until`, `-o short|cat`. Not imitated: fields, cursors, priorities. */
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
  const shown = filtered(p, entries, options.filter)
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
    if (filter.units && !filter.units.includes(entry.unit)) return false
    if (filter.kernel && entry.unit !== 'kernel') return false
    if (filter.boot !== undefined && entry.bootId !== boot) return false
    if (filter.sinceMs !== undefined && entry.timeMs < filter.sinceMs) return false
    return filter.untilMs === undefined || entry.timeMs <= filter.untilMs
  })
  return filter.limit === undefined ? chosen : filter.limit === 0 ? [] : chosen.slice(-filter.limit)
}

/** `Jan 07 06:00:12 k8s-worker-01 kubelet[312]: …` */
function lineOf(p: Process, { timeMs, identifier, pid, message }: JournalEntry, format: string): string {
  if (format === 'cat') return message
  const { month, day, time } = utc(timeMs)
  const stamp = `${month} ${String(day).padStart(2, '0')} ${time.slice(0, format === 'short-precise' ? 12 : 8)}`
  return `${stamp} ${p.hostname} ${identifier}${pid === undefined ? '' : `[${pid}]`}: ${message}`
}

interface Options {
  readonly filter: Filter
  readonly follow: boolean
  readonly format: string
}

function parseOptions(p: Process, words: readonly string[]): Options | string {
  const units: string[] = []
  const filter: { -readonly [K in keyof Filter]: Filter[K] } = {}
  let format = 'short'
  let follows = false
  const left = words.flatMap((word) => (/^--\w[\w-]*=/.test(word) ? split(word) : clustered(word)))
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '-u' || word === '--unit') units.push(unitName(left.shift() ?? ''))
    else if (word === '-n' || word === '--lines')
      filter.limit = /^\d+$/.test(left[0] ?? '') ? Number(left.shift()) : 10
    else if (word === '-f' || word === '--follow') follows = true
    else if (word === '-k' || word === '--dmesg')
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
  return { filter, follow: follows, format }
}

const split = (word: string): string[] => [
  word.slice(0, word.indexOf('=')),
  word.slice(word.indexOf('=') + 1),
]

/** `-xeu kubelet` and `-n50`. */
function clustered(word: string): string[] {
  if (!/^-[a-zA-Z]{2,}$|^-n\d+$/.test(word)) return [word]
  const number = /^-n(\d+)$/.exec(word)?.[1]
  return number === undefined ? [...word.slice(1)].map((letter) => `-${letter}`) : ['-n', number]
}

const unitName = (name: string): string => (/\.\w+$/.test(name) ? name : `${name}.service`)

/** `10 min ago`, `-1h`, `today`, `now`, `06:30`, `2026-01-07 06:30:00`. */
function momentMs(nowMs: number, text: string): number | undefined {
  if (text === 'now') return nowMs
  const today = utc(nowMs).date
  if (text === 'today') return parseTime(`${today}T00:00:00Z`)
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
