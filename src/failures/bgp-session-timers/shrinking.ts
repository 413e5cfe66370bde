/** Lists of peers that get shorter by themselves. */
import { peersIn } from '#cluster/bgp-complaints.ts'
import type { Fact, Reads, Subject } from '#cluster/facts.ts'
import { placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'

/** At one place: how often the list got shorter within ten minutes each, and its lines, the last one last. */
export interface Shrinking {
  readonly about: Subject
  readonly steps: number
  readonly lines: readonly Fact<MessageRow>[]
  readonly left: readonly string[]
}

const stepMaxMs = 10 * 60_000

/** Only lines with a time can be put in order. */
export function shrinkingLists(view: Reads<'messages' | 'pods'>): readonly Shrinking[] {
  const rows = view
    .rows('messages')
    .filter(({ message, atMs }) => message.id === 'health/bgp-not-established' && atMs !== undefined)
  return [...Map.groupBy(rows, (row) => renderSubject(placeOfMessage(view, row))).values()].flatMap((own) => {
    const ordered = own.toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0))
    const last = ordered.at(-1)
    const steps = ordered.slice(1).filter((row, index) => isShorter(row, ordered[index])).length
    // Any list that grew in between is no start that ends well.
    if (last === undefined || steps === 0 || steps < ordered.length - 1) return []
    return [
      { about: placeOfMessage(view, last), steps, lines: ordered, left: peersIn(last.message.params.peers) },
    ]
  })
}

function isShorter(row: MessageRow, before: MessageRow | undefined): boolean {
  if (before === undefined || (row.atMs ?? 0) - (before.atMs ?? 0) > stepMaxMs) return false
  const [now, then] = [peersIn(row.message.params.peers), peersIn(before.message.params.peers)]
  return now.length < then.length && now.every((peer) => then.includes(peer))
}
