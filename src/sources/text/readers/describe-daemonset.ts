import type { DaemonSetRow } from '#cluster/relations.ts'
import { type Description, fieldOf } from '#sources/text/readers/description.ts'

/** @see kubernetes/kubectl:pkg/describe/describe.go (describeDaemonSet) */
export function describedDaemonSet(description: Description, name: string): DaemonSetRow {
  const count = (key: string): number | undefined => {
    const value = /^\d+/.exec(fieldOf(description, key) ?? '')?.[0]
    return value === undefined ? undefined : Number(value)
  }
  const desired = count('Desired Number of Nodes Scheduled')
  const current = count('Current Number of Nodes Scheduled')
  const available = count('Number of Nodes Scheduled with Available Pods')
  return {
    namespace: fieldOf(description, 'Namespace') ?? '',
    name,
    ...(desired !== undefined && { desired }),
    ...(current !== undefined && { current }),
    ...(available !== undefined && { available }),
  }
}
