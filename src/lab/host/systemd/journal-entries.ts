/** What is in the journal, which of it somebody wants to see, and how a line of it looks. */
import { utc } from '#base/clock.ts'
import { type JournalEntry, parseJournal } from '#lab/host/machine/journal.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'
import { patternMatcher } from '#lab/host/shell/glob.ts'

const folder = '/var/log/journal'

export interface Filter {
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

/** `undefined` when the journal may not be read; none when there is none. */
export async function entriesOf(p: Process): Promise<JournalEntry[] | undefined> {
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

/** Those that are asked for, in their order. */
export function filtered(p: Process, entries: readonly JournalEntry[], filter: Filter): JournalEntry[] {
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

/** By number. */
export const priorities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']

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
export function lineOf(p: Process, entry: JournalEntry, format: string): string {
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
