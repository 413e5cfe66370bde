import type { EventRow } from '#cluster/relations.ts'
import { atMs, defined } from '#sources/formats/objects/defined.ts'
import type { EventObject } from '#sources/formats/shapes.ts'

/**
 * A core/v1 Event as a row. Events of the newer API have no `count` and no `firstTimestamp`; their series or their
 * eventTime stands in, as kubectl's describe does it.
 *
 * @see kubernetes/kubectl:pkg/describe/describe.go (DescribeEvents)
 */
export function eventRow(event: EventObject): EventRow {
  const { involvedObject: about, source, series } = event
  return {
    about: { kind: about.kind, name: about.name, ...defined({ namespace: about.namespace }) },
    type: event.type,
    reason: event.reason ?? '',
    message: event.message ?? '',
    count: series?.count ?? event.count ?? 1,
    ...defined({
      component: source?.component || event.reportingComponent || undefined,
      node: about.kind === 'Node' ? about.name : source?.host || undefined,
      firstAtMs: atMs(event.firstTimestamp) ?? atMs(event.eventTime),
      lastAtMs: atMs(series?.lastObservedTime) ?? atMs(event.lastTimestamp) ?? atMs(event.eventTime),
    }),
  }
}
