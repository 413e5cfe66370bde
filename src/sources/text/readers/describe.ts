import { parseTime } from '#base/clock.ts'
import { nodeSubject, podSubject } from '#cluster/subjects.ts'
import type { ReadCoverage, ReadRow } from '#sources/reading.ts'
import { place, type Reader, type Scope, type Taken } from '#sources/text/reader.ts'
import { conditionBlock, conditionMessages } from '#sources/text/readers/conditions.ts'
import { describedDaemonSet } from '#sources/text/readers/describe-daemonset.ts'
import { describedPod } from '#sources/text/readers/describe-pod.ts'
import {
  type Description,
  descriptionFrom,
  fieldOf,
  itemsOf,
  labels,
  linesOf,
} from '#sources/text/readers/description.ts'
import { eventBlock, eventRows } from '#sources/text/readers/events.ts'

/**
 * `kubectl describe node|pod|daemonset`, whole or cut off at its end. It is complete for that object's own conditions
 * and taints, and partial for everything else.
 *
 * @see kubernetes/kubectl:pkg/describe/describe.go
 */
export const describeReader: Reader = {
  read(source, at, scope) {
    const name = /^Name:\s+(?<name>[\w.-]{1,253})$/.exec(source.lines[at]?.text ?? '')?.groups?.name
    if (name === undefined) return undefined
    const description = descriptionFrom(source, at)
    const kind = kindOf(description)
    if (kind === undefined) return undefined
    return readers[kind](description, { name, scope })
  },
}

type Kind = 'node' | 'pod' | 'daemonset'

function kindOf({ sections }: Description): Kind | undefined {
  if (sections.has('Desired Number of Nodes Scheduled')) return 'daemonset'
  if (sections.has('Namespace') && (sections.has('Containers') || sections.has('Node') || sections.has('IP')))
    return 'pod'
  if (sections.has('Roles') || sections.has('Unschedulable') || sections.has('System Info')) return 'node'
  return undefined
}

interface Named {
  readonly name: string
  readonly scope: Scope
}

const readers: Readonly<Record<Kind, (description: Description, named: Named) => Taken>> = {
  node: describedNode,
  pod: (description, { name, scope }) => {
    const row = describedPod(description, name)
    const object = { kind: 'Pod', namespace: row.namespace, name }
    const inside: Scope = {
      ...scope,
      object,
      pod: { namespace: row.namespace, name },
      ...(row.node !== undefined && { node: row.node, nodeFrom: 'its Node line' }),
    }
    return {
      lines: description.lines,
      format: 'kubectl describe pod',
      about: podSubject(row),
      rows: [
        { relation: 'pods', row, from: place(description.source, description.at, scope) },
        ...eventsOf(description, inside),
      ],
      covered: partly('pods', 'events', 'messages'),
      ...goesOn(description, inside),
    }
  },
  daemonset: (description, { name, scope }) => {
    const row = describedDaemonSet(description, name)
    const object = { kind: 'DaemonSet', namespace: row.namespace, name }
    return {
      lines: description.lines,
      format: 'kubectl describe daemonset',
      rows: [
        { relation: 'daemonSets', row, from: place(description.source, description.at, scope) },
        ...eventsOf(description, { ...scope, object }),
      ],
      covered: partly('daemonSets', 'events', 'messages'),
    }
  },
}

function describedNode(description: Description, { name, scope }: Named): Taken {
  const { source } = description
  const inside: Scope = { ...scope, object: { kind: 'Node', name }, node: name, nodeFrom: 'its Name line' }
  const section = description.sections.get('Conditions')
  const block = section === undefined ? undefined : conditionBlock(source.lines, section.at)
  const conditions = block?.conditions ?? []
  const created = parseTime(fieldOf(description, 'CreationTimestamp') ?? '')
  const row = {
    name,
    unschedulable: fieldOf(description, 'Unschedulable') === 'true',
    conditions,
    taints: taints(description),
    labels: labels(description),
    ...optional('internalIp', inner(description, 'Addresses', /^\s*InternalIP:\s+(\S+)/)),
    ...optional('calicoIpv4', calicoAddress(description)),
    ...optional('kubeletVersion', inner(description, 'System Info', /^\s*Kubelet Version:\s+(\S+)/)),
    ...(created !== undefined && { createdAtMs: created }),
  }
  const isWhole =
    conditions.some((condition) => condition.type === 'Ready') && description.sections.has('Taints')
  return {
    lines: description.lines,
    format: 'kubectl describe node',
    about: nodeSubject(name),
    rows: [
      { relation: 'nodes', row, from: place(source, block?.firstAt ?? description.at, inside) },
      ...(block === undefined ? [] : conditionMessages(source, inside, name, block)),
      ...eventsOf(description, inside),
    ],
    covered: [
      ...partly('nodes', 'events', 'messages'),
      ...(isWhole
        ? [{ relation: 'nodes', coverage: { kind: 'complete' }, about: nodeSubject(name) } as const]
        : []),
    ],
    ...goesOn(description, inside),
  }
}

/** Where a chat took the indentation away, the rest of the description follows as single tables. */
const goesOn = ({ sections }: Description, scope: Scope): Pick<Taken, 'scope'> =>
  sections.has('Events') ? {} : { scope }

const partly = (...relations: readonly ReadCoverage['relation'][]): readonly ReadCoverage[] =>
  relations.map((relation) => ({ relation, coverage: { kind: 'partial' } }))

function eventsOf(description: Description, scope: Scope): readonly ReadRow[] {
  const section = description.sections.get('Events')
  if (section === undefined) return []
  return eventRows(description.source, scope, eventBlock(description.source.lines, section.at))
}

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

/** The first annotation stands behind the key, the others below it. */
function calicoAddress(description: Description): string | undefined {
  const pattern = /projectcalico\.org\/IPv4Address:\s+(\S+)/
  return (
    pattern.exec(fieldOf(description, 'Annotations') ?? '')?.[1] ?? inner(description, 'Annotations', pattern)
  )
}

/** `node.kubernetes.io/unreachable:NoExecute`, `key=value:NoSchedule`. */
const taints = (description: Description): readonly { readonly key: string; readonly effect: string }[] =>
  itemsOf(description, 'Taints').flatMap((item) => {
    const m = /^(?<key>[^=:\s]+)(?:=[^:]*)?:(?<effect>No\w+|Prefer\w+)$/.exec(item)?.groups
    return m?.key === undefined || m.effect === undefined ? [] : [{ key: m.key, effect: m.effect }]
  })
