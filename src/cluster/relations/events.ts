import { earliest, filled, latest, type RelationInfo } from '#cluster/relations/relation.ts'

export interface EventRow {
  readonly about: { readonly kind: string; readonly namespace?: string; readonly name: string }
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  readonly component?: string
  readonly node?: string
  readonly count: number
  readonly firstAtMs?: number
  readonly lastAtMs?: number
}

export const eventsInfo: RelationInfo<EventRow> = {
  // kubelet folds equal events only while it lives: after each of its starts the same words are an event of their own.
  key: ({ about, reason, message, component, firstAtMs }) =>
    [
      about.kind,
      about.namespace ?? '',
      about.name,
      reason,
      component ?? '',
      minuteOf(firstAtMs),
      message,
    ].join('|'),
  join: (newer, older) => {
    const firstAtMs = earliest(newer.firstAtMs, older.firstAtMs)
    const lastAtMs = latest(newer.lastAtMs, older.lastAtMs)
    return {
      ...filled(newer, older),
      count: Math.max(newer.count, older.count),
      ...(firstAtMs !== undefined && { firstAtMs }),
      ...(lastAtMs !== undefined && { lastAtMs }),
    }
  },
  command: ({ node }) =>
    node === undefined
      ? 'kubectl get events -A --sort-by=.lastTimestamp'
      : `kubectl get events -A --field-selector involvedObject.name=${node}`,
  permission: 'list events',
  tier: 'api',
  cost: 1,
  carriesSymptoms: true,
}

/** People see ages, which are rounded: to the minute, two tables of one event agree. */
const minuteOf = (ms: number | undefined): string => (ms === undefined ? '' : String(Math.floor(ms / 60_000)))
