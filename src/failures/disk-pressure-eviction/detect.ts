import { isOfCalico } from '#cluster/calico-messages.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { conditionOf, placeOfMessage, placeOfPod } from '#cluster/queries.ts'
import type { MessageRow, MountRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { conditionSource } from '#cluster/symptoms/node-conditions.ts'
import { isRecent, recordMs } from '#cluster/symptoms/recency.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface DiskState {
  /** What ran out, as kubelet calls it: ephemeral-storage, imagefs, nodefs, inodes. */
  readonly resources: readonly string[]
}

type Needs = 'messages' | 'pods' | 'nodes' | 'mounts'

/**
 * Finds nodes whose kubelet evicts Calico's pods (or takes none) because the disk is full.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/eviction/helpers.go, pkg/kubelet/eviction/eviction_manager.go
 */
export const detector = defineDetector<DiskState, Needs>({
  needs: ['nodes', 'pods', 'messages'],
  uses: ['mounts'],
  judges: 'node',
  detect: (view) => {
    const evictions = [...evicted(view), ...evictedByManager(view)]
    const evictedPods = ofPods(view, evictions.length > 0)
    const told = [...evictions, ...evictedPods, ...messageSigns(view, around)]
    const signs = [...told, ...ofConditions(view, evictedPods.length > 0), ...ofMounts(view, told)]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, ['calico-pod-evicted', 'calico-node-missing-on-node'])
          ? {
              says: 'kubelet evicts Calico’s pods: the node’s disk is full',
              state: { resources: resourcesIn(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/** The parts of a disk that kubelet watches. @see kubernetes/kubernetes:pkg/kubelet/eviction/helpers.go (signalToResource) */
const ofDisk: ReadonlySet<string> = new Set([
  'ephemeral-storage',
  'nodefs',
  'imagefs',
  'containerfs',
  'inodes',
  'nodefs-inodes',
  'imagefs-inodes',
  'disk',
])

/** Somebody who complains shows events of an hour; on a cluster that is looked at, what counts is what happens now. */
const stillCounts = (view: Reads<'messages'>, row: Fact<MessageRow>): boolean =>
  view.isComplaint === true || isRecent(view, row.atMs, recordMs)

const evicted = (view: Reads<'messages' | 'pods'>): readonly Sign[] =>
  view
    .rows('messages')
    .filter((row) => stillCounts(view, row))
    .flatMap((row) => {
      const said = eviction(row, isOfCalico(view, row))
      return said === undefined ? [] : [sign(row, said[0], said[1], placeOfMessage(view, row))]
    })

/** kubelet's own log: which pod, and in another line for what. */
function evictedByManager(view: Reads<'messages' | 'pods'>): readonly Sign[] {
  const isForDisk = view
    .rows('messages')
    .some(({ message: { id, params } }) => id === 'kubelet/evicting' && ofDisk.has(params.resource ?? ''))
  return view
    .rows('messages')
    .filter(
      (row) => row.message.id === 'kubelet/evicted-pod' && stillCounts(view, row) && isOfCalico(view, row),
    )
    .map((row) =>
      isForDisk
        ? sign(row, 'decisive', 'kubelet evicted Calico’s pod to get disk back', placeOfMessage(view, row))
        : sign(row, 'weak', 'kubelet evicted Calico’s pod', placeOfMessage(view, row)),
    )
}

function eviction(row: Fact<MessageRow>, isCalicos: boolean): readonly [Weight, string] | undefined {
  const { id, params } = row.message
  switch (id) {
    case 'kubelet/evicted':
      if (!ofDisk.has(params.resource ?? '')) return undefined
      return isCalicos
        ? ['decisive', `kubelet evicted Calico’s pod: the node was low on ${params.resource}`]
        : ['weak', `kubelet evicts pods: the node is low on ${params.resource}`]
    case 'kubelet/evicted-condition':
      if (params.conditions?.split(', ').includes('DiskPressure') !== true) return undefined
      return isCalicos
        ? ['decisive', 'kubelet takes no pod of Calico’s: the node has DiskPressure']
        : ['weak', 'kubelet takes no pods: the node has DiskPressure']
    case 'kubelet/eviction-ranked':
      return params.pods?.includes('calico') === true
        ? ['weak', 'Calico’s pods are among those that kubelet may evict']
        : undefined
    case 'kubelet/storage-limit-exceeded':
    case 'kubelet/pod-storage-limit-exceeded':
      return isCalicos ? ['strong', 'a pod of Calico’s wrote more than it may'] : undefined
    default:
      return undefined
  }
}

const around = {
  'kubelet/evicting': ({ message: { params } }: Fact<MessageRow>) =>
    ofDisk.has(params.resource ?? '')
      ? (['strong', `kubelet evicts pods to get ${params.resource} back`] as const)
      : undefined,
  'hearsay/evicted-for-disk': [
    'strong',
    'somebody says that pods are evicted because a disk is full',
  ] as const,
  'kubelet/has-pressure': ({ message: { params } }: Fact<MessageRow>) =>
    params.what === 'disk pressure' ? (['weak', 'kubelet reports disk pressure'] as const) : undefined,
  'kubelet/image-gc-failed': ['weak', 'kubelet found too few images to delete'] as const,
  'host/no-space': ['weak', 'a disk is full'] as const,
  'scheduler/untolerated-taint': ({ message: { params } }: Fact<MessageRow>) =>
    params.taint === 'node.kubernetes.io/disk-pressure'
      ? (['strong', 'nodes have the taint disk-pressure'] as const)
      : undefined,
}

/** Their status says that they were evicted, not for what. */
const ofPods = (view: Reads<'pods'>, isTold: boolean): readonly Sign[] =>
  view
    .rows('pods')
    .filter(({ component, status }) => component !== undefined && status === 'Evicted')
    .map((pod) => sign(pod, isTold ? 'weak' : 'strong', `${pod.name} was evicted`, placeOfPod(pod)))

function ofConditions(view: Reads<'nodes'>, isEvicted: boolean): readonly Sign[] {
  return view.rows('nodes').flatMap((node) => {
    const condition = conditionOf(node, 'DiskPressure')
    if (condition?.status !== 'True') return []
    const one = { from: conditionSource(node, condition) }
    return [sign(one, isEvicted ? 'decisive' : 'strong', 'the node has DiskPressure', nodeSubject(node.name))]
  })
}

const fullPercent = 90

/** Where kubelet and the runtime keep their things. */
const ofMounts = (view: Reads<'mounts'>, told: readonly Sign[]): readonly Sign[] =>
  told.length === 0
    ? []
    : view
        .rows('mounts')
        .filter((row) => (row.usedPercent ?? 0) >= fullPercent && isKubelets(row))
        .map((row) => sign(row, 'weak', `${row.path} is full to ${row.usedPercent} %`))

const isKubelets = ({ path }: MountRow): boolean =>
  [
    '/',
    '/var',
    '/var/lib',
    '/var/lib/kubelet',
    '/var/lib/containerd',
    '/var/lib/docker',
    '/var/lib/containers',
    '/var/log',
  ].includes(path)

const resourcesIn = (view: Reads<'messages'>): readonly string[] => [
  ...new Set(
    view
      .rows('messages')
      .flatMap(({ message: { id, params } }) =>
        id === 'kubelet/evicted' && params.resource !== undefined ? [params.resource] : [],
      ),
  ),
]
