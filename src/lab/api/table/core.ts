/** Rows of the core group's types without containers: pkg/printers/internalversion/printers.go. */
import { parseTime } from '#base/clock.ts'
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import type { Stored } from '#lab/api/store.ts'
import { age, humanDuration } from '#lab/api/table/age.ts'
import { type Cell, columns, none, type Printer, pairs } from '#lab/api/table/printer.ts'

const created = ({ metadata }: Stored, nowMs: number): string => age(metadata.creationTimestamp, nowMs)

export const nodePrinter: Printer = {
  columns: columns(
    'Name',
    'Status',
    'Roles',
    'Age',
    'Version',
    'Internal-IP*',
    'External-IP*',
    'OS-Image*',
    'Kernel-Version*',
    'Container-Runtime*',
  ),
  cells: (node, nowMs) => {
    const info = asObject(at(node, 'status.nodeInfo'))
    return [
      node.metadata.name,
      nodeStatus(node),
      nodeRoles(node),
      created(node, nowMs),
      String(info.kubeletVersion ?? ''),
      nodeAddress(node, 'InternalIP'),
      nodeAddress(node, 'ExternalIP'),
      asText(info.osImage) || '<unknown>',
      asText(info.kernelVersion) || '<unknown>',
      asText(info.containerRuntimeVersion) || '<unknown>',
    ]
  },
}

function nodeStatus(node: Stored): string {
  const ready = asList(at(node, 'status.conditions'))
    .map(asObject)
    .find((condition) => condition.type === 'Ready')
  const status = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return at(node, 'spec.unschedulable') === true ? `${status},SchedulingDisabled` : status
}

function nodeRoles({ metadata }: Stored): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith('node-role.kubernetes.io/')) return [key.slice('node-role.kubernetes.io/'.length)]
    return key === 'kubernetes.io/role' && value !== '' ? [value] : []
  })
  return (
    [...new Set(roles)]
      .filter((role) => role !== '')
      .sort()
      .join(',') || none
  )
}

function nodeAddress(node: Stored, type: string): string {
  const found = asList(at(node, 'status.addresses'))
    .map(asObject)
    .find((address) => address.type === type)
  return String(found?.address ?? none)
}

export const eventPrinter: Printer = {
  columns: columns(
    'Last Seen',
    'Type',
    'Reason',
    'Object',
    'Subobject*',
    'Source*',
    'Message',
    'First Seen*',
    'Count*',
    'Name*',
  ),
  cells: (event, nowMs) => eventCells(event, nowMs),
}

function eventCells(event: Stored, nowMs: number): readonly Cell[] {
  // Both forms of the event: v1, and events.k8s.io with its own names.
  const about = asObject(event.involvedObject ?? event.regarding)
  const series = asObject(event.series)
  const first = event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime
  const last = series.lastObservedTime ?? event.lastTimestamp ?? event.deprecatedLastTimestamp ?? first
  const count = Number(series.count ?? event.count ?? event.deprecatedCount ?? 0)
  return [
    seen(last, nowMs),
    String(event.type ?? ''),
    String(event.reason ?? ''),
    `${String(about.kind ?? '').toLowerCase()}/${String(about.name ?? '')}`,
    String(about.fieldPath ?? ''),
    sourceText(event),
    String(event.message ?? event.note ?? '').trim(),
    seen(first, nowMs),
    count === 0 ? 1 : count,
    event.metadata.name,
  ]
}

const seen = (time: unknown, nowMs: number): string => {
  const ms = typeof time === 'string' ? parseTime(time) : undefined
  return ms === undefined ? '<unknown>' : humanDuration(nowMs - ms)
}

function sourceText(event: Stored): string {
  const source = asObject(event.source ?? event.deprecatedSource)
  const component = asText(source.component) || event.reportingComponent || event.reportingController
  const host = asText(source.host) || event.reportingInstance
  return [component, host].filter((part) => part).join(', ')
}

export const namespacePrinter: Printer = {
  columns: columns('Name', 'Status', 'Age'),
  cells: (namespace, nowMs) => [
    namespace.metadata.name,
    String(at(namespace, 'status.phase') ?? ''),
    created(namespace, nowMs),
  ],
}

const size = (map: unknown): number => Object.keys(asObject(map)).length

export const secretPrinter: Printer = {
  columns: columns('Name', 'Type', 'Data', 'Age'),
  cells: (secret, nowMs) => [
    secret.metadata.name,
    String(secret.type ?? ''),
    size(secret.data),
    created(secret, nowMs),
  ],
}

export const configMapPrinter: Printer = {
  columns: columns('Name', 'Data', 'Age'),
  cells: (map, nowMs) => [map.metadata.name, size(map.data) + size(map.binaryData), created(map, nowMs)],
}

export const serviceAccountPrinter: Printer = {
  columns: columns('Name', 'Secrets', 'Age'),
  cells: (account, nowMs) => [account.metadata.name, asList(account.secrets).length, created(account, nowMs)],
}

export const servicePrinter: Printer = {
  columns: columns('Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', 'Selector*'),
  cells: (service, nowMs) => {
    const spec = asObject(service.spec)
    return [
      service.metadata.name,
      String(spec.type ?? ''),
      String(spec.clusterIP ?? none),
      externalAddress(service, spec),
      asList(spec.ports).map(asObject).map(portText).join(',') || none,
      created(service, nowMs),
      pairs(asObject(spec.selector)),
    ]
  },
}

function externalAddress(service: Stored, spec: JsonObject): string {
  if (spec.type === 'ExternalName') return String(spec.externalName)
  const given = asList(spec.externalIPs).map(String)
  if (spec.type !== 'LoadBalancer') return given.join(',') || none
  const ingress = asList(at(service, 'status.loadBalancer.ingress'))
    .map(asObject)
    .map((each) => String(each.ip ?? each.hostname))
  return [...ingress, ...given].join(',') || '<pending>'
}

const portText = ({ port, nodePort, protocol }: JsonObject): string =>
  nodePort ? `${String(port)}:${String(nodePort)}/${String(protocol)}` : `${String(port)}/${String(protocol)}`

export const endpointsPrinter: Printer = {
  columns: columns('Name', 'Endpoints', 'Age'),
  cells: (endpoints, nowMs) => [endpoints.metadata.name, endpointsText(endpoints), created(endpoints, nowMs)],
}

/** Nothing at all where no pod is ready yet; a Service without ports has bare addresses: pkg/printers/internalversion (formatEndpoints). */
function endpointsText({ subsets }: Stored): string {
  if (asList(subsets).length === 0) return none
  const all = asList(subsets)
    .map(asObject)
    .flatMap(({ addresses, ports }) => {
      const ips = asList(addresses).map((each) => String(asObject(each).ip))
      const numbers = asList(ports).map((each) => String(asObject(each).port))
      return numbers.length === 0 ? ips : numbers.flatMap((port) => ips.map((ip) => `${ip}:${port}`))
    })
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',')
}

export const endpointSlicePrinter: Printer = {
  columns: columns('Name', 'AddressType', 'Ports', 'Endpoints', 'Age'),
  cells: (slice, nowMs) => [
    slice.metadata.name,
    String(slice.addressType ?? ''),
    limited(
      asList(slice.ports).map((port) => String(asObject(port).port)),
      '<unset>',
    ),
    limited(
      asList(slice.endpoints).flatMap((each) => asList(asObject(each).addresses).map(String)),
      '<unset>',
    ),
    created(slice, nowMs),
  ],
}

const limited = (items: readonly string[], empty: string): string => {
  if (items.length === 0) return empty
  return items.length > 3 ? `${items.slice(0, 3).join(',')} + ${items.length - 3} more...` : items.join(',')
}

export const leasePrinter: Printer = {
  columns: columns('Name', 'Holder', 'Age'),
  cells: (lease, nowMs) => [
    lease.metadata.name,
    String(at(lease, 'spec.holderIdentity') ?? ''),
    created(lease, nowMs),
  ],
}

export const roleBindingPrinter: Printer = {
  columns: columns('Name', 'Role', 'Age', 'Users*', 'Groups*', 'ServiceAccounts*'),
  cells: (binding, nowMs) => {
    const ref = asObject(binding.roleRef)
    const subjects = asList(binding.subjects).filter(isObject)
    const names = (kind: string): string =>
      subjects
        .filter((subject) => subject.kind === kind)
        .map((subject) =>
          kind === 'ServiceAccount'
            ? `${String(subject.namespace)}/${String(subject.name)}`
            : String(subject.name),
        )
        .join(', ')
    return [
      binding.metadata.name,
      `${String(ref.kind)}/${String(ref.name)}`,
      created(binding, nowMs),
      names('User'),
      names('Group'),
      names('ServiceAccount'),
    ]
  },
}

export const priorityClassPrinter: Printer = {
  columns: columns('Name', 'Value', 'Global-Default', 'Age', 'PreemptionPolicy'),
  cells: (each, nowMs) => [
    each.metadata.name,
    Number(each.value ?? 0),
    each.globalDefault === true,
    created(each, nowMs),
    String(each.preemptionPolicy ?? ''),
  ],
}
