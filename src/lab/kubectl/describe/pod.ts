/** `kubectl describe pod`. */
import { asObject, asText, at, type JsonObject } from '#lab/api/json.ts'
import { age } from '#lab/api/table/age.ts'
import { metadataOf } from '#lab/kubectl/client.ts'
import { containerLines } from '#lab/kubectl/describe/containers.ts'
import {
  annotationLines,
  controllerText,
  dateText,
  field,
  labelLines,
  line,
  objectsAt,
  text,
} from '#lab/kubectl/describe/lines.ts'
import { spreadLines, tolerationLines, volumeLines } from '#lab/kubectl/describe/pod-template.ts'

export function podLines(pod: JsonObject, nowMs: number): readonly string[] {
  const spec = asObject(pod['spec'])
  const status = asObject(pod['status'])
  const statuses = (name: string): readonly JsonObject[] => objectsAt(status, name)
  const resolve = (path: string): string => fieldValue(pod, path)
  const init = objectsAt(spec, 'initContainers')
  return [
    ...identityLines(pod),
    ...stateLines(pod, nowMs),
    ...addressLines(pod),
    ...(init.length === 0
      ? []
      : containerLines('Init Containers', init, { statuses: statuses('initContainerStatuses'), resolve })),
    ...containerLines('Containers', objectsAt(spec, 'containers'), {
      statuses: statuses('containerStatuses'),
      resolve,
    }),
    ...conditionLines(status),
    ...volumeLines(spec),
    field(0, 'QoS Class', asText(status['qosClass']) ?? 'BestEffort'),
    ...labelLines('Node-Selectors', spec['nodeSelector']),
    ...tolerationLines(spec),
    ...spreadLines(spec),
  ]
}

/** Of what `fieldRef` may name, the metadata only: kubernetes/kubectl:pkg/util/fieldpath. */
function fieldValue(pod: JsonObject, path: string): string {
  const [, map, key] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? []
  if (map !== undefined) return text(asObject(metadataOf(pod)[map])[key ?? ''])
  return /^metadata\.(name|namespace|uid)$/.test(path) ? text(at(pod, path)) : ''
}

function identityLines(pod: JsonObject): readonly string[] {
  const { name, namespace, labels, annotations } = metadataOf(pod)
  const spec = asObject(pod['spec'])
  const node = asText(spec['nodeName']) ?? ''
  const optional = (title: string, value: unknown): readonly string[] =>
    value === undefined || value === '' ? [] : [field(0, title, value)]
  const started = at(pod, 'status.startTime')
  return [
    field(0, 'Name', name),
    field(0, 'Namespace', namespace),
    ...optional('Priority', spec['priority']),
    ...optional('Priority Class Name', spec['priorityClassName']),
    ...optional('Runtime Class Name', spec['runtimeClassName']),
    ...optional('Service Account', spec['serviceAccountName']),
    field(0, 'Node', node === '' ? '<none>' : `${node}/${text(at(pod, 'status.hostIP'))}`),
    ...(started === undefined ? [] : [field(0, 'Start Time', dateText(started))]),
    ...labelLines('Labels', labels),
    ...annotationLines('Annotations', annotations),
  ]
}

function stateLines(pod: JsonObject, nowMs: number): readonly string[] {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadataOf(pod)
  const { phase, reason, message } = asObject(pod['status'])
  const ends = deletionTimestamp !== undefined && phase !== 'Failed' && phase !== 'Succeeded'
  const profile = at(pod, 'spec.securityContext.seccompProfile.type')
  return [
    ...(ends
      ? [
          field(0, 'Status', `Terminating (lasts ${age(deletionTimestamp, nowMs)})`),
          field(0, 'Termination Grace Period', `${text(deletionGracePeriodSeconds)}s`),
        ]
      : [field(0, 'Status', phase)]),
    ...(reason === undefined || reason === '' ? [] : [field(0, 'Reason', reason)]),
    ...(message === undefined || message === '' ? [] : [field(0, 'Message', message)]),
    ...(profile === undefined ? [] : [field(0, 'SeccompProfile', profile)]),
  ]
}

function addressLines(pod: JsonObject): readonly string[] {
  const addresses = objectsAt(pod, 'status.podIPs')
  const controller = controllerText(pod)
  const nominated = asText(at(pod, 'status.nominatedNodeName')) ?? ''
  return [
    field(0, 'IP', at(pod, 'status.podIP')),
    ...(addresses.length === 0
      ? ['IPs:\t<none>']
      : ['IPs:', ...addresses.map(({ ip }) => field(1, 'IP', ip))]),
    ...(controller === undefined ? [] : [field(0, 'Controlled By', controller)]),
    ...(nominated === '' ? [] : [field(0, 'NominatedNodeName', nominated)]),
  ]
}

function conditionLines(status: JsonObject): readonly string[] {
  const conditions = objectsAt(status, 'conditions')
  if (conditions.length === 0) return []
  return [
    'Conditions:',
    line(1, 'Type\tStatus'),
    ...conditions.map(({ type, status: is }) => line(1, `${text(type)} \t${text(is)} `)),
  ]
}
