import type { Process } from '#lab/host/ports.ts'

/** Columns three spaces or more apart, as Go's tabwriter sets them. */
export function printTable(
  p: Process,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): number {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)) + 3)
  for (const row of all)
    p.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('')
        .trimEnd()}\n`,
    )
  return 0
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** `3 minutes ago`: docker/go-units:duration.go HumanDuration. */
export function ago(ms: number): string {
  const text = (): string => {
    if (ms < second) return 'Less than a second'
    if (ms < 2 * second) return '1 second'
    if (ms < minute) return `${Math.floor(ms / second)} seconds`
    if (ms < 2 * minute) return 'About a minute'
    if (ms < hour) return `${Math.floor(ms / minute)} minutes`
    if (Math.floor(ms / hour + 0.5) === 1) return 'About an hour'
    if (ms < 2 * day) return `${Math.floor(ms / hour + 0.5)} hours`
    if (ms < 14 * day) return `${Math.floor(ms / day)} days`
    return ms < 60 * day ? `${Math.floor(ms / (7 * day))} weeks` : `${Math.floor(ms / (30 * day))} months`
  }
  return `${text()} ago`
}
