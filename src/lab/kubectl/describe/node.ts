/** `kubectl describe node`. */
import { asObject, asText, at, type JsonObject } from '#lab/api/json.ts'
import { quantity } from '#lab/api/quantity.ts'
import { age } from '#lab/api/table/age.ts'
import { itemsOf, metadataOf, nameOf, namespaceOf } from '#lab/kubectl/client.ts'
import {
  annotationLines,
  column,
  dateText,
  field,
  labelLines,
  line,
  objectsAt,
  text,
} from '#lab/kubectl/describe/lines.ts'
import { canonical, demandOf, percent, sumOf } from '#lab/kubectl/describe/resources.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { getOne, pagesOf } from '#lab/kubectl/lists.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { StatusError } from '#lab/kubectl/trouble.ts'

export async function nodeLines(run: Run, node: JsonObject): Promise<readonly string[]> {
  const { name, labels, annotations, creationTimestamp } = metadataOf(node)
  return [
    field(0, 'Name', name),
    field(0, 'Roles', rolesOf(node)),
    ...labelLines('Labels', labels),
    ...annotationLines('Annotations', annotations),
    field(0, 'CreationTimestamp', dateText(creationTimestamp)),
    ...taintLines(node),
    field(0, 'Unschedulable', at(node, 'spec.unschedulable') === true),
    ...(await leaseLines(run, node)),
    ...conditionLines(node),
    'Addresses:',
    ...objectsAt(node, 'status.addresses').map(({ type, address }) => field(1, text(type), address)),
    ...amountLines('Capacity', at(node, 'status.capacity')),
    ...amountLines('Allocatable', at(node, 'status.allocatable')),
    ...systemLines(node),
    ...(await podLines(run, node)),
  ]
}

function rolesOf(node: JsonObject): string {
  const roles = Object.keys(asObject(metadataOf(node)['labels']))
    .filter((key) => key.startsWith('node-role.kubernetes.io/'))
    .map((key) => key.slice('node-role.kubernetes.io/'.length))
  return roles.length === 0 ? '<none>' : roles.sort().join(',')
}

function taintLines(node: JsonObject): readonly string[] {
  const taints = [...objectsAt(node, 'spec.taints')]
    .sort((a, b) =>
      `${text(a['effect'])},${text(a['key'])}` < `${text(b['effect'])},${text(b['key'])}` ? -1 : 1,
    )
    .map(
      ({ key, value, effect }) =>
        `${text(key)}${value === undefined || value === '' ? '' : `=${text(value)}`}:${text(effect)}`,
    )
  return column('Taints', taints)
}

async function leaseLines(run: Run, node: JsonObject): Promise<readonly string[]> {
  const resource = resourceNamed(await run.discovery(), 'leases.coordination.k8s.io')
  try {
    const lease = await getOne(run, { resource, namespace: 'kube-node-lease', name: nameOf(node) })
    const { holderIdentity, acquireTime, renewTime } = asObject(lease['spec'])
    const date = (time: unknown): string => (time === undefined ? '<unset>' : dateText(time))
    return [
      'Lease:',
      field(1, 'HolderIdentity', holderIdentity ?? '<unset>'),
      field(1, 'AcquireTime', date(acquireTime)),
      field(1, 'RenewTime', date(renewTime)),
    ]
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    return [field(0, 'Lease', `Failed to get lease: ${error.message}`)]
  }
}

function conditionLines(node: JsonObject): readonly string[] {
  const conditions = objectsAt(node, 'status.conditions')
  if (conditions.length === 0) return []
  return [
    'Conditions:',
    line(1, 'Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage'),
    line(1, '----\t------\t-----------------\t------------------\t------\t-------'),
    ...conditions.map(({ type, status, lastHeartbeatTime, lastTransitionTime, reason, message }) =>
      line(
        1,
        `${text(type)} \t${text(status)} \t${dateText(lastHeartbeatTime)} \t${dateText(lastTransitionTime)} \t${text(reason)} \t${text(message)}`,
      ),
    ),
  ]
}

function amountLines(title: string, amounts: unknown): readonly string[] {
  const entries = Object.entries(asObject(amounts)).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.length === 0
    ? []
    : [`${title}:`, ...entries.map(([name, amount]) => field(1, name, canonical(text(amount))))]
}

function systemLines(node: JsonObject): readonly string[] {
  const info = asObject(at(node, 'status.nodeInfo'))
  const cidr = asText(at(node, 'spec.podCIDR')) ?? ''
  const cidrs = at(node, 'spec.podCIDRs')
  const provider = asText(at(node, 'spec.providerID')) ?? ''
  return [
    'System Info:',
    field(1, 'Machine ID', info['machineID']),
    field(1, 'System UUID', info['systemUUID']),
    field(1, 'Boot ID', info['bootID']),
    field(1, 'Kernel Version', info['kernelVersion']),
    field(1, 'OS Image', info['osImage']),
    field(1, 'Operating System', info['operatingSystem']),
    field(1, 'Architecture', info['architecture']),
    field(1, 'Container Runtime Version', info['containerRuntimeVersion']),
    field(1, 'Kubelet Version', info['kubeletVersion']),
    field(1, 'Kube-Proxy Version', info['kubeProxyVersion']),
    ...(cidr === '' ? [] : [field(0, 'PodCIDR', cidr)]),
    ...(Array.isArray(cidrs) && cidrs.length > 0 ? [field(0, 'PodCIDRs', cidrs.join(','))] : []),
    ...(provider === '' ? [] : [field(0, 'ProviderID', provider)]),
  ]
}

async function podLines(run: Run, node: JsonObject): Promise<readonly string[]> {
  const resource = resourceNamed(await run.discovery(), 'pods')
  const fieldSelector = `spec.nodeName=${nameOf(node)},status.phase!=Succeeded,status.phase!=Failed`
  let pods: readonly JsonObject[]
  try {
    pods = (await pagesOf(run, { resource, fieldSelector })).flatMap(itemsOf)
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'Forbidden')
      return [field(0, 'Pods', 'not authorized')]
    throw error
  }
  const room = asObject(at(node, 'status.allocatable') ?? at(node, 'status.capacity'))
  return [
    field(0, 'Non-terminated Pods', `(${pods.length} in total)`),
    line(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge'),
    line(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---'),
    ...pods.map((pod) => {
      const cells = (['cpu', 'memory'] as const).flatMap((name) =>
        (['requests', 'limits'] as const).map((kind) => share(demandOf(pod, kind, name), room, name)),
      )
      return line(
        1,
        `${namespaceOf(pod) ?? ''}\t${nameOf(pod)}\t\t${cells.join('\t')}\t${age(metadataOf(pod)['creationTimestamp'], run.ports.nowMs())}`,
      )
    }),
    'Allocated resources:',
    line(1, '(Total limits may be over 100 percent, i.e., overcommitted.)'),
    line(1, 'Resource\tRequests\tLimits'),
    line(1, '--------\t--------\t------'),
    ...allocated(room).map((name) =>
      line(
        1,
        [
          name,
          ...(['requests', 'limits'] as const).map((kind) => share(sumOf(pods, kind, name), room, name)),
        ].join('\t'),
      ),
    ),
  ]
}

/** The resources that are told: the usual three, and what pages there are. */
const allocated = (room: JsonObject): readonly string[] => [
  'cpu',
  'memory',
  'ephemeral-storage',
  ...Object.keys(room)
    .filter((name) => name.startsWith('hugepages-'))
    .sort(),
]

const share = (demand: string, room: JsonObject, name: string): string =>
  `${demand} (${percent(quantity(demand), quantity(asText(room[name]) ?? '0'))}%)`
