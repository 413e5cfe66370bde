import { unnamedCalicoPod } from '#cluster/calico-objects.ts'
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import type { Message } from '#cluster/messages.ts'
import { nodeSubject, podSubject } from '#cluster/subjects.ts'
import { podSpecRows } from '#sources/formats/objects/containers.ts'
import { kindRows } from '#sources/formats/objects/kinds.ts'
import { nodeVersions } from '#sources/formats/objects/nodes.ts'
import { type Told, told, toldIf } from '#sources/formats/objects/told.ts'
import type { ReadRow } from '#sources/reading.ts'
import { place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'
import { conditionBlock, conditionMessages } from '#sources/text/readers/conditions.ts'
import { specOf } from '#sources/text/readers/describe-containers.ts'
import { describedObject } from '#sources/text/readers/describe-custom.ts'
import { describedDaemonSet } from '#sources/text/readers/describe-daemonset.ts'
import { describedNode, nodeSettings } from '#sources/text/readers/describe-node.ts'
import { describedPod } from '#sources/text/readers/describe-pod.ts'
import {
  describedEndpoints,
  describedService,
  endpointsOfService,
} from '#sources/text/readers/describe-service.ts'
import { type Named, partly, taken } from '#sources/text/readers/described.ts'
import { type Description, descriptionFrom, fieldOf, linesOf } from '#sources/text/readers/description.ts'

/**
 * `kubectl describe` of a node, a pod, what makes pods, a Service, Endpoints or a custom resource; whole or cut off at its
 * end. It is complete for a node's own conditions and taints, and partial for everything else.
 *
 * @see kubernetes/kubectl:pkg/describe/describe.go
 */
export const describeReader: Reader = {
  read(source, at, scope) {
    const name = /^Name:\s+(?<name>[\w.-]{1,253})$/.exec(source.lines[at]?.text ?? '')?.groups?.name
    if (name === undefined) return cutPod(source, at, scope)
    const description = descriptionFrom(source, at)
    const kind = kindOf(description)
    if (kind === undefined) return undefined
    return readers[kind](description, { name, scope })
  },
}

/** A pod's description without its beginning: `Containers:` and what follows. */
function cutPod(source: Source, at: number, scope: Scope): Taken | undefined {
  const [first = '', second = ''] = source.lines.slice(at, at + 2).map(({ text }) => text)
  if (!/^(?:Init )?Containers:$/.test(first)) return undefined
  // Without the pod's name, only Calico's own containers tell which pod it is.
  const isCalicos = /^ {1,4}(?:calico-node|install-cni|upgrade-ipam|mount-bpffs|flexvol-driver):$/.test(
    second,
  )
  if (scope.pod === undefined && !isCalicos) return undefined
  return describedWholePod(descriptionFrom(source, at), { name: scope.pod?.name ?? unnamedCalicoPod, scope })
}

type Kind = 'custom' | 'daemonset' | 'deployment' | 'service' | 'endpoints' | 'pod' | 'node'

function kindOf({ sections }: Description): Kind | undefined {
  const has = (...keys: readonly string[]): boolean => keys.some((key) => sections.has(key))
  if (has('Kind') && has('API Version')) return 'custom'
  if (has('Desired Number of Nodes Scheduled')) return 'daemonset'
  if (has('Replicas') && has('Pod Template', 'Selector')) return 'deployment'
  if (has('Session Affinity', 'TargetPort') || (has('Selector') && has('Endpoints'))) return 'service'
  if (has('Subsets')) return 'endpoints'
  if (has('Namespace') && has('Containers', 'Node', 'IP')) return 'pod'
  return has('Roles', 'Unschedulable', 'System Info') ? 'node' : undefined
}

const readers: Readonly<Record<Kind, (description: Description, named: Named) => Taken>> = {
  custom: describedCustom,
  node: describedWholeNode,
  pod: describedWholePod,
  daemonset: (description, { name, scope }) => {
    const row = describedDaemonSet(description, name)
    const object = { kind: 'DaemonSet', namespace: row.namespace, name }
    return taken('daemonset', description, { ...scope, object }, [
      told('daemonSets', row),
      ...podSpecRows(specOf(description), name),
    ])
  },
  deployment: (description, { name, scope }) => {
    const object = { kind: 'Deployment', namespace: fieldOf(description, 'Namespace') ?? '', name }
    return taken('deployment', description, { ...scope, object }, podSpecRows(specOf(description), name))
  },
  service: (description, { name, scope }) => {
    const row = describedService(description, name)
    const endpoints = endpointsOfService(description, name)
    const object = { kind: 'Service', namespace: row.namespace, name }
    return taken('service', description, { ...scope, object }, [
      told('services', row),
      ...toldIf('endpoints', endpoints),
    ])
  },
  endpoints: (description, { name, scope }) => {
    const row = describedEndpoints(description, name)
    const object = { kind: 'Endpoints', namespace: row.namespace, name }
    return taken('endpoints', description, { ...scope, object }, [told('endpoints', row)])
  },
}

function describedWholePod(description: Description, { name, scope }: Named): Taken {
  const described = describedPod(description, name)
  const { node = scope.node, namespace = '' } = described
  const row = {
    ...described,
    namespace: namespace || (scope.pod?.namespace ?? ''),
    ...(node !== undefined && { node }),
  }
  const inside: Scope = {
    ...scope,
    object: { kind: 'Pod', namespace: row.namespace, name },
    pod: { namespace: row.namespace, name },
    ...(row.node !== undefined && { node: row.node, nodeFrom: 'its Node line' }),
  }
  const all = [
    told('pods', row),
    ...podSpecRows(specOf(description), row.component ?? name),
    ...podMessages(description, inside),
  ]
  const read = taken('pod', description, inside, all)
  return name === unnamedCalicoPod ? read : { ...read, about: podSubject(row) }
}

/** Why kubelet rejected or evicted the pod: its own message, beside its events. */
const podMessages = (description: Description, { pod, node }: Scope): readonly Told[] =>
  recogniseAll(fieldOf(description, 'Message') ?? '').map((message) =>
    told('messages', {
      message,
      count: 1,
      ...(pod !== undefined && { pod }),
      ...(node !== undefined && { node }),
    }),
  )

function describedCustom(description: Description, { name, scope }: Named): Taken {
  const object = describedObject(description, name)
  const kind = fieldOf(description, 'Kind') ?? ''
  const inside: Scope = { ...scope, object: { kind, name } }
  const read = taken(kind, description, inside, [
    ...(kindRows(object) ?? []),
    ...conditionWords(description).map((message) => told('messages', { message, count: 1 })),
  ])
  return { ...read, notUnderstood: read.rows.length === 0 ? description.lines : 0 }
}

/** What the conditions in its status quote. */
const conditionWords = (description: Description): readonly Message[] =>
  linesOf(description, 'Status').flatMap(({ text }) => {
    const message = /^\s*Message:\s+(\S.*)$/.exec(text)?.[1]
    return message === undefined ? [] : recogniseAll(message)
  })

function describedWholeNode(description: Description, { name, scope }: Named): Taken {
  const { source } = description
  const inside: Scope = { ...scope, object: { kind: 'Node', name }, node: name, nodeFrom: 'its Name line' }
  const section = description.sections.get('Conditions')
  const block = section === undefined ? undefined : conditionBlock(source.lines, section.at)
  const row = describedNode(description, name, block?.conditions ?? [])
  const isWhole =
    row.conditions.some((condition) => condition.type === 'Ready') && description.sections.has('Taints')
  const from = place(source, block?.firstAt ?? description.at, inside)
  const all: readonly Told[] = [
    told('nodes', row),
    ...nodeVersions(row).map((version) => told('versions', version)),
    ...nodeSettings(description, name),
  ]
  const whole = { relation: 'nodes', coverage: { kind: 'complete' }, about: nodeSubject(name) } as const
  const rest = taken('node', description, inside, [])
  return {
    ...rest,
    about: nodeSubject(name),
    rows: [
      ...all.map((each) => ({ ...each, from }) as ReadRow), // as in `taken`
      ...(block === undefined ? [] : conditionMessages(source, inside, name, block)),
      ...rest.rows,
    ],
    covered: [...partly('nodes', 'events', 'messages', 'versions', 'settings'), ...(isWhole ? [whole] : [])],
  }
}
