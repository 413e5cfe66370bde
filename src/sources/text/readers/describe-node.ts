import { parseTime } from '#base/clock.ts'
import type { ConditionRow, NodeRow } from '#cluster/relations.ts'
import { settingsIn } from '#sources/formats/objects/flatten.ts'
import { annotated } from '#sources/formats/objects/nodes.ts'
import type { Told } from '#sources/formats/objects/told.ts'
import { type Description, fieldOf, itemsOf, labels, linesOf } from '#sources/text/readers/description.ts'

/** @see kubernetes/kubectl:pkg/describe/describe.go (describeNode) */
export function describedNode(
  description: Description,
  name: string,
  conditions: readonly ConditionRow[],
): NodeRow {
  const created = parseTime(fieldOf(description, 'CreationTimestamp') ?? '')
  const system = (key: string) => inner(description, 'System Info', new RegExp(`^\\s*${key}:\\s+(\\S.*)$`))
  return {
    name,
    unschedulable: fieldOf(description, 'Unschedulable') === 'true',
    conditions,
    taints: taints(description),
    labels: labels(description),
    ...optional('internalIp', inner(description, 'Addresses', /^\s*InternalIP:\s+(\S+)/)),
    ...optional('externalIp', inner(description, 'Addresses', /^\s*ExternalIP:\s+(\S+)/)),
    ...annotated(calicoAnnotations(description)),
    ...optional('podCidr', fieldOf(description, 'PodCIDR')),
    ...optional('kubeletVersion', system('Kubelet Version')),
    ...optional('kernelVersion', system('Kernel Version')),
    ...optional('osImage', system('OS Image')),
    ...optional('containerRuntime', system('Container Runtime Version')),
    ...(created !== undefined && { createdAtMs: created }),
  }
}

/** What calico-node and the operator wrote on the node. */
export const nodeSettings = (description: Description, node: string): readonly Told[] =>
  settingsIn(calicoAnnotations(description), { of: 'Node', in: node, node })

const calicoAnnotations = (description: Description): Readonly<Record<string, string>> =>
  Object.fromEntries(
    itemsOf(description, 'Annotations').flatMap((item) => {
      const m = /^(?<name>projectcalico\.org\/[\w.-]{1,100}):\s+(?<value>\S.*)$/.exec(item)?.groups
      return m?.name === undefined ? [] : [[m.name, m.value ?? ''] as const]
    }),
  )

const optional = <Key extends string>(
  key: Key,
  value: string | undefined,
): { readonly [key in Key]?: string } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [key in Key]: string }) // one key, one value

function inner(description: Description, key: string, pattern: RegExp): string | undefined {
  for (const { text } of linesOf(description, key)) {
    const value = pattern.exec(text)?.[1]
    if (value !== undefined) return value
  }
  return undefined
}

/** `node.kubernetes.io/unreachable:NoExecute`, `key=value:NoSchedule`. */
const taints = (description: Description): NodeRow['taints'] =>
  itemsOf(description, 'Taints').flatMap((item) => {
    const m = /^(?<key>[^=:\s]+)(?:=[^:]*)?:(?<effect>No\w+|Prefer\w+)$/.exec(item)?.groups
    return m?.key === undefined || m.effect === undefined ? [] : [{ key: m.key, effect: m.effect }]
  })
