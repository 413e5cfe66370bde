/** Rows of pods, nodes and DaemonSets that are known by their shape, whatever became of header and spaces. */

import type { DaemonSetRow } from '#cluster/relations.ts'
import { type Told, told } from '#sources/formats/objects/told.ts'
import type { Cells } from '#sources/text/readers/columns.ts'
import type { Around, TableKind } from '#sources/text/readers/table-kinds.ts'
import { imagesIn, nodeRows, podRow } from '#sources/text/readers/table-workloads.ts'

export interface Shape extends Pick<TableKind, 'format' | 'relation'> {
  readonly rowOf: (line: string, around: Around) => readonly Told[] | undefined
}

const age = '\\d[\\dsmhdy]{0,12}|<unknown>|<invalid>'
const name = '[a-z0-9][a-z0-9.-]{1,252}'
const namespace = '(?:(?<namespace>[a-z0-9][a-z0-9-]{0,62})\\s+)?'
/** What people write behind a row. */
const remark = '(?:\\s+(?:[#(←]|<-|->|\\.\\.\\.).{0,300})?'
const labels = '(?:\\s+[\\w./-]{1,300}=[\\w.,/=-]{0,2000})?'

const podLine = new RegExp(
  `^\\s*${namespace}(?:pod/)?(?<name>${name})\\s+(?<ready>\\d{1,3})/(?<total>\\d{1,3})\\s+(?<status>[A-Z][A-Za-z]{2,40}(?::[\\w/]{1,40}){0,2})(?:\\s+(?<restarts>\\d{1,7})(?:\\s+\\((?<restarted>${age}) ago\\))?(?:\\s+(?<age>${age})(?:\\s+(?<ip>[\\da-f.:]+|<none>)\\s+(?<node>[\\w.-]+|<none>)(?:\\s.*)?)?)?)?${labels}${remark}\\s*$`,
)

const pods: Shape = {
  format: 'kubectl get pods',
  relation: 'pods',
  rowOf: (line, around) => {
    const m = podLine.exec(line)?.groups
    if (m?.name === undefined || m.status === undefined) return undefined
    const restarted = m.restarted === undefined ? '' : ` (${m.restarted} ago)`
    const cells = {
      NAME: m.name,
      STATUS: m.status,
      READY: `${m.ready}/${m.total}`,
      ...(m.namespace !== undefined && { NAMESPACE: m.namespace }),
      ...(m.restarts !== undefined && { RESTARTS: m.restarts + restarted }),
      ...(m.age !== undefined && { AGE: m.age }),
      ...(m.ip !== undefined && { IP: m.ip }),
      ...(m.node !== undefined && { NODE: m.node }),
    }
    const row = podRow(cells, around)
    return row === undefined ? undefined : [{ relation: 'pods', row }]
  },
}

const troubled =
  'CrashLoopBackOff|Error|Pending|ContainerCreating|PodInitializing|Terminating|ImagePullBackOff|ErrImagePull|InvalidImageName|CreateContainer(?:Config)?Error|RunContainerError|OOMKilled|Evicted|NodeLost|Unknown|Init:[\\w/]{1,30}'

/** A pod of Calico's and its state, without more columns than perhaps its address and node. */
export const shortPods: TableKind = {
  format: 'kubectl get pods',
  columns: [],
  relation: 'pods',
  bare: {
    pattern: new RegExp(
      `^\\s*(?:((?:kube|calico|tigera)-[a-z]+)\\s+)?((?:calico|tigera)-[a-z0-9-]{3,80})\\s+(${troubled})(?:\\s+(\\d{1,3}(?:\\.\\d{1,3}){3})\\s+([a-z0-9][\\w.-]{1,252}))?(?:\\s.*)?$`,
    ),
    columns: ['NAMESPACE', 'NAME', 'STATUS', 'IP', 'NODE'],
  },
  rowsOf: (cells, around) => {
    const row = podRow(cells, around)
    return row === undefined ? undefined : [{ relation: 'pods', row }]
  },
}

/** A pod with its state, address and node; every other column was cut out, or never asked for. */
export const addressedPods: TableKind = {
  format: 'kubectl get pods',
  columns: [],
  relation: 'pods',
  bare: {
    pattern: new RegExp(
      `^\\s*(?:([a-z0-9][a-z0-9-]{0,62})\\s+)?([a-z0-9][a-z0-9.-]{2,252})\\s+(Running|${troubled})\\s+(\\d{1,3}(?:\\.\\d{1,3}){3})\\s+([a-z0-9][\\w.-]{1,252})\\s*$`,
    ),
    columns: ['NAMESPACE', 'NAME', 'STATUS', 'IP', 'NODE'],
  },
  rowsOf: shortPods.rowsOf,
}

const nodeLine = new RegExp(
  `^\\s*(?:node/)?(?<name>${name})\\s+(?<status>Ready|NotReady|Unknown)(?<cordoned>,SchedulingDisabled)?\\s+(?<roles>[\\w,<>-]{1,120})\\s+(?<age>${age})\\s+(?<version>v\\d[\\w.+-]*)(?:\\s+(?<ip>[\\da-f.:]+|<none>)(?:\\s+(?<rest>\\S.*))?|${remark}|${labels})\\s*$`,
)
const wideNode =
  /^(?<external>\S{1,253})\s+(?<os>\S.{0,120}?)\s+(?<kernel>\d{1,3}\.\d\S{0,80})\s+(?<runtime>[a-z-]{2,30}:\/\/\S{1,80})/

const nodes: Shape = {
  format: 'kubectl get nodes',
  relation: 'nodes',
  rowOf: (line, { source }) => {
    const m = nodeLine.exec(line)?.groups
    if (m?.name === undefined || m.status === undefined) return undefined
    const cells = {
      NAME: m.name,
      STATUS: m.status + (m.cordoned ?? ''),
      ...(m.age !== undefined && { AGE: m.age }),
      ...(m.version !== undefined && { VERSION: m.version }),
      ...(m.ip !== undefined && { 'INTERNAL-IP': m.ip }),
      ...wideCells(m.rest ?? ''),
    }
    return nodeRows(cells, source.atMs)
  },
}

function wideCells(rest: string): Cells {
  const m = wideNode.exec(rest)?.groups
  if (m?.os === undefined || m.kernel === undefined || m.runtime === undefined) return {}
  return {
    'OS-IMAGE': m.os,
    'KERNEL-VERSION': m.kernel,
    'CONTAINER-RUNTIME': m.runtime,
    'EXTERNAL-IP': m.external ?? '',
  }
}

const isThere = (cell: string | undefined): cell is string => cell !== undefined && cell !== '<none>'

const daemonSetLine = new RegExp(
  `^\\s*${namespace}(?:daemonset(?:\\.apps)?/)?(?<name>${name})\\s+(?<desired>\\d{1,5})\\s+(?<current>\\d{1,5})\\s+(?<ready>\\d{1,5})\\s+(?<updated>\\d{1,5})\\s+(?<available>\\d{1,5})\\s+(?<selector>\\S+)\\s+(?:${age})(?:\\s(?<wide>.*))?$`,
)

const daemonSets: Shape = {
  format: 'kubectl get daemonsets',
  relation: 'daemonSets',
  rowOf: (line, { scope }) => {
    const m = daemonSetLine.exec(line)?.groups
    if (m?.name === undefined) return undefined
    const row: DaemonSetRow = {
      namespace: m.namespace ?? scope.namespace ?? '',
      name: m.name,
      desired: Number(m.desired),
      current: Number(m.current),
      ready: Number(m.ready),
      available: Number(m.available),
    }
    return [{ relation: 'daemonSets', row }, ...imagesIn(m.wide ?? ''), ...selectorOf(m.name, m.selector)]
  },
}

/** Where Calico's pods may run at all. */
const selectorOf = (name: string, selector: string | undefined): readonly Told[] =>
  isThere(selector) && name.startsWith('calico-node')
    ? selector
        .split(',')
        .map((value) => told('settings', { of: 'container', in: name, name: 'nodeSelector', value }))
    : []

export const shapes: readonly Shape[] = [pods, nodes, daemonSets]
