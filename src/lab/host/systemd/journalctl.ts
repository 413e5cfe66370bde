import { utc } from '#base/clock.ts'
import type { JournalEntry } from '#lab/host/machine/journal.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { entriesOf, type Filter, filtered, lineOf } from '#lab/host/systemd/journal-entries.ts'
import { parseOptions } from '#lab/host/systemd/journalctl-options.ts'

const pollMs = 500

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
