import { isErrno } from '#lab/host/ports.ts'
import { system, type View } from '#lab/host/vfs.ts'

/** One line of the journal. */
export interface JournalEntry {
  readonly timeMs: number
  readonly bootId: string
  /** `kubelet.service`, `kernel`, `init.scope`. */
  readonly unit: string
  /** What stands before the pid: `systemd`, `kubelet`. */
  readonly identifier: string
  readonly pid?: number | undefined
  readonly message: string
}

const folder = '/var/log/journal'
const limitBytes = 8 * 1024 * 1024

export const journalPath = (view: View): string => `${folder}/${machineId(view)}/system.journal`

const machineId = (view: View): string => {
  try {
    return system.read(view, '/etc/machine-id').trim() || 'unknown'
  } catch (error) {
    if (isErrno(error)) return 'unknown'
    throw error
  }
}

/**
 * Adds an entry to the journal on disk, one line of JSON each. A full or broken disk loses it, as journald does.
 * The older half is dropped when the file has grown to 8 MiB.
 */
export function appendJournal(view: View, entry: JournalEntry): void {
  try {
    const path = journalPath(view)
    const file = openJournal(view, path)
    file.append(`${encoded(entry)}\n`)
    if (file.size > limitBytes) halve(view, path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function openJournal(view: View, path: string): ReturnType<typeof system.openForWriting> {
  try {
    return system.openForWriting(view, path, { append: true, mode: 0o640 })
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    system.mkdir(view, path.slice(0, path.lastIndexOf('/')), { parents: true })
    return system.openForWriting(view, path, { append: true, mode: 0o640 })
  }
}

function halve(view: View, path: string): void {
  const text = system.read(view, path)
  system.write(view, path, text.slice(text.indexOf('\n', text.length / 2) + 1))
}

const encoded = (e: JournalEntry): string =>
  JSON.stringify([e.timeMs, e.bootId, e.unit, e.identifier, e.pid ?? 0, e.message])

/** The entries of a journal file's text; lines that are none are passed over. */
export function parseJournal(text: string): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (const line of text.split('\n')) {
    const entry = decoded(line)
    if (entry !== undefined) entries.push(entry)
  }
  return entries
}

function decoded(line: string): JournalEntry | undefined {
  if (!line.startsWith('[')) return undefined
  try {
    const fields: unknown = JSON.parse(line)
    if (!Array.isArray(fields)) return undefined
    const [timeMs, bootId, unit, identifier, pid, message] = fields as readonly unknown[]
    if (typeof timeMs !== 'number') return undefined
    return {
      timeMs,
      bootId: String(bootId),
      unit: String(unit),
      identifier: String(identifier),
      pid: typeof pid === 'number' && pid > 0 ? pid : undefined,
      message: String(message),
    }
  } catch {
    return undefined
  }
}
