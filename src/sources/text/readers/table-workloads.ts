/** Pods and nodes by their headers: custom columns, missing ones, labels at the end. */

import type { NodeRow, PodRow } from '#cluster/relations.ts'
import { versionsOfImage } from '#sources/formats/objects/images.ts'
import { nodeVersions } from '#sources/formats/objects/nodes.ts'
import { type Told, told } from '#sources/formats/objects/told.ts'
import { ageMs, calicoComponentOf } from '#sources/text/reader.ts'
import type { Cells } from '#sources/text/readers/columns.ts'
import { type Labels, labelsIn } from '#sources/text/readers/label-columns.ts'
import {
  type Around,
  filledCell,
  nameOf,
  namespaceOf,
  type TableKind,
} from '#sources/text/readers/table-kinds.ts'

const podStatus = /^[A-Z][A-Za-z]{2,40}(?::[\w/]{1,40}){0,2}$/

const pods = (columns: readonly string[]): TableKind => ({
  format: 'kubectl get pods',
  columns,
  not: ['ROLES', 'VERSION', 'INTERNAL-IP'],
  relation: 'pods',
  rowsOf: (cells, around) => {
    const row = podRow(cells, around)
    return row === undefined ? undefined : [{ relation: 'pods', row }]
  },
})

export function podRow(cells: Cells, around: Around): PodRow | undefined {
  const name = nameOf(cells)
  const status = cells.STATUS ?? cells.PHASE
  if (name === undefined || (status !== undefined && !podStatus.test(status))) return undefined
  const [ready, total] = /^(\d{1,3})\/(\d{1,3})$/.exec(cells.READY ?? '')?.slice(1) ?? []
  const restarts = /^(?<count>\d{1,7})(?: \((?<ago>\S+) ago\))?/.exec(cells.RESTARTS ?? '')?.groups
  const component = calicoComponentOf(name)
  const [created, restarted] = [ageMs(cells.AGE ?? ''), ageMs(restarts?.ago ?? '')]
  const { atMs } = around.source
  const ip = filledCell(cells.IP)
  const node = filledCell(cells.NODE)
  return {
    namespace: namespaceOf(cells, around),
    name,
    containers: [],
    ...(status !== undefined && { status }),
    ...(component !== undefined && { component }),
    ...(node !== undefined && { node }),
    ...(ip !== undefined && { ip }),
    ...(ready !== undefined && { ready: status === 'Running' && ready === total && total !== '0' }),
    ...(restarts?.count !== undefined && { restarts: Number(restarts.count) }),
    ...(restarted !== undefined && { lastRestartAtMs: atMs - restarted }),
    ...(created !== undefined && { createdAtMs: atMs - created }),
    ...(status === 'Terminating' && { deleting: true }),
    ...((status === 'Completed' || status === 'Succeeded') && { phase: 'Succeeded' }),
    ...(cells.PHASE !== undefined && { phase: cells.PHASE }),
  }
}

const nodes = (columns: readonly string[]): TableKind => ({
  format: 'kubectl get nodes',
  columns,
  wide: ['OS-IMAGE'],
  relation: 'nodes',
  rowsOf: (cells, { source, scope }) => nodeRows(cells, source.atMs, labelsIn(cells, scope.command)),
})

/** The node, and what its wide columns tell of its machine. */
export function nodeRows(cells: Cells, atMs: number, labels: Labels = {}): readonly Told[] | undefined {
  const row = nodeRow(cells, atMs, labels)
  return row === undefined
    ? undefined
    : [told('nodes', row), ...nodeVersions(row).map((version) => told('versions', version))]
}

/** `NotReady` stands for False and for Unknown: kubectl does not tell which, and neither does a reason. */
function nodeRow(cells: Cells, atMs: number, labels: Labels): NodeRow | undefined {
  const name = nameOf(cells)
  const m = /^(?<ready>Ready|NotReady|Unknown)(?<cordoned>,SchedulingDisabled)?$/.exec(cells.STATUS ?? '')
  if (name === undefined || m === null) return undefined
  const created = ageMs(cells.AGE ?? '')
  return {
    name,
    unschedulable: m.groups?.cordoned !== undefined,
    conditions: [{ type: 'Ready', status: m.groups?.ready === 'Ready' ? 'True' : 'False' }],
    taints: [],
    labels,
    ...text('kubeletVersion', cells.VERSION),
    ...text('internalIp', cells['INTERNAL-IP']),
    ...text('externalIp', cells['EXTERNAL-IP']),
    ...text('osImage', cells['OS-IMAGE']),
    ...text('kernelVersion', cells['KERNEL-VERSION']),
    ...text('containerRuntime', cells['CONTAINER-RUNTIME']),
    ...(created !== undefined && { createdAtMs: atMs - created }),
  }
}

const text = <Key extends string>(key: Key, cell: string | undefined): { readonly [key in Key]?: string } =>
  filledCell(cell) === undefined ? {} : ({ [key]: cell } as { readonly [key in Key]: string }) // one key, one value

/** The versions of images in a cell or at a row's end. */
export const imagesIn = (text: string): readonly Told[] =>
  text
    .split(/[\s,]+/)
    .flatMap((word) => (word.includes(':') ? versionsOfImage(word) : []))
    .map((version) => told('versions', version))

export const workloadKinds: readonly TableKind[] = [
  nodes(['STATUS', 'ROLES']),
  nodes(['STATUS', 'INTERNAL-IP']),
  nodes(['STATUS', 'VERSION']),
  pods(['STATUS', 'RESTARTS']),
  pods(['STATUS', 'NODE']),
  pods(['PHASE', 'NODE']),
  pods(['READY', 'STATUS']),
  pods(['STATUS', 'IP']),
  pods(['IP', 'NODE']),
]
