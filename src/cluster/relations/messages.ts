import type { Message } from '#cluster/messages.ts'
import { earliest, filled, latest, named, type RelationInfo } from '#cluster/relations/relation.ts'

/** One recognised line of some program: log line, event message, probe output. */
export interface MessageRow {
  readonly message: Message
  readonly node?: string
  readonly pod?: { readonly namespace?: string; readonly name: string }
  readonly container?: string
  /** When it was last printed. */
  readonly atMs?: number
  /** When it was first printed, where equal lines were folded. */
  readonly firstAtMs?: number
  /** How often the same message was seen (events carry a count; equal log lines are folded). */
  readonly count: number
}

export const messagesInfo: RelationInfo<MessageRow> = {
  key: ({ message, node, pod, container }) =>
    JSON.stringify([
      message.id,
      Object.entries(message.params).sort(),
      node ?? '',
      pod?.namespace ?? '',
      pod?.name ?? '',
      container ?? '',
    ]),
  // Two sources that show the same line showed the same lines; within one source each line was printed.
  join: (newer, older) => ({ ...together(newer, older), count: Math.max(newer.count, older.count) }),
  fold: (newer, older) => ({ ...together(newer, older), count: newer.count + older.count }),
  command: (where) => {
    const { namespace, pod } = named(where)
    return `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000`
  },
  permission: 'get pods/log',
  tier: 'logs',
  cost: 2,
  carriesSymptoms: false,
}

function together(newer: MessageRow, older: MessageRow): MessageRow {
  const firstAtMs = earliest(earliest(newer.firstAtMs, newer.atMs), earliest(older.firstAtMs, older.atMs))
  const atMs = latest(newer.atMs, older.atMs)
  return {
    ...filled(newer, older),
    ...(firstAtMs !== undefined && { firstAtMs }),
    ...(atMs !== undefined && { atMs }),
  }
}
