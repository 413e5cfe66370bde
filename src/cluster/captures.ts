/** What packet captures at two ends tell together: what leaves one machine and never comes to the other. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { CaptureRow } from '#cluster/relations.ts'

type Captures = Reads<'captures'>
type Protocol = CaptureRow['protocol']

/** Packets of a protocol were captured in one place, and a capture of the same protocol in another saw none. */
export function swallowed(
  view: Captures,
  protocol: Protocol,
): { readonly sent: Fact<CaptureRow>; readonly silent: Fact<CaptureRow> } | undefined {
  const rows = view.rows('captures').filter((row) => row.protocol === protocol)
  for (const silent of rows.filter(({ shows }) => shows === 'nothing')) {
    const sent = rows.find(
      (row) => row.shows !== 'nothing' && isElsewhere(row.node, silent.node) && isAwaited(row, silent),
    )
    if (sent !== undefined) return { sent, silent }
  }
  return undefined
}

/** Who listened for packets between two addresses did not listen for others. */
const isAwaited = (sent: CaptureRow, { source, destination }: CaptureRow): boolean =>
  (source === undefined || source === sent.source) &&
  (destination === undefined || destination === sent.destination)

/** Where prompts do not name the machines, two captures are two places. */
const isElsewhere = (node: string, other: string | undefined): boolean => node === '' || node !== other

/** A packet and one that goes back: the protocol gets through in both directions. */
export function answered(view: Captures, protocol: Protocol): Fact<CaptureRow> | undefined {
  const rows = view.rows('captures').filter((row) => row.protocol === protocol && row.source !== undefined)
  const pairs = new Set(rows.map(({ source, destination }) => `${source} ${destination}`))
  return rows.find(({ source, destination }) => pairs.has(`${destination} ${source}`))
}

/** Packets of a protocol, captured in one direction only. */
export function unanswered(view: Captures, protocol: Protocol): Fact<CaptureRow> | undefined {
  if (answered(view, protocol) !== undefined) return undefined
  return view.rows('captures').find((row) => row.protocol === protocol && row.shows !== 'nothing')
}
