/** Where a DaemonSet's pods belong, and what they look like there: kubernetes/kubernetes:pkg/controller/daemon/util/daemonset_util.go. */
import type { DaemonSet, Draft, Node, Pod, Taint, Toleration } from '#lab/api/objects.ts'
import { nodeAffinityOf, wantedNodes } from '#lab/controllers/node-affinity.ts'
import { ownedBy, untolerated } from '#lab/controllers/pods.ts'
import { space } from '#lab/controllers/references.ts'

/** Whether a node should run a pod of the set, and may keep one that it has. */
export interface Placement {
  readonly should: boolean
  readonly keep: boolean
}

/** Compiled once, asked for each node. */
export function placements({ spec: { template } }: DaemonSet): (node: Node) => Placement {
  const wanted = wantedNodes(template.spec)
  const tolerations = tolerationsOf(template.spec)
  return (node) => {
    const named = template.spec.nodeName
    if ((named !== undefined && named !== node.metadata.name) || !wanted(node))
      return { should: false, keep: false }
    const barring = untolerated(node.spec.taints, tolerations, ['NoSchedule', 'NoExecute'])
    return { should: barring.length === 0, keep: barring.every(({ effect }) => effect !== 'NoExecute') }
  }
}

/** The set's pod for one node, bound there by affinity: the scheduler does the rest. */
export function daemonPod(set: DaemonSet, node: string, hash: string): Draft<Pod> {
  const { template } = set.spec
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${set.metadata.name}-`,
      ...space(set),
      labels: {
        ...template.metadata?.labels,
        'controller-revision-hash': hash,
        'pod-template-generation': templateGeneration(set),
      },
      ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      ownerReferences: [ownedBy(set)],
    },
    spec: {
      ...template.spec,
      affinity: boundTo(template.spec.affinity, node),
      tolerations: tolerationsOf(template.spec),
    },
  }
}

/** The node that a daemon pod is on or meant for. */
export function nodeOf({ spec }: Pod): string | undefined {
  if (spec.nodeName !== undefined) return spec.nodeName
  const required = nodeAffinityOf(spec).requiredDuringSchedulingIgnoredDuringExecution
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? [])
    for (const { key, values } of matchFields) if (key === 'metadata.name') return values?.[0]
  return undefined
}

/** The API server counts templates in this annotation (pkg/apis/apps/v1/conversion.go). */
const templateGeneration = (set: DaemonSet): string =>
  set.metadata.annotations?.['deprecated.daemonset.template.generation'] ??
  String(set.metadata.generation ?? 1)

/** What else the template's affinity asks for stays; its required nodes give way to the one node. */
function boundTo(affinity: Pod['spec']['affinity'], node: string): Readonly<Record<string, unknown>> {
  const byName = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }
  const nodeAffinity = affinity?.nodeAffinity as Readonly<Record<string, unknown>> | undefined // an object, when there
  return {
    ...affinity,
    nodeAffinity: {
      ...nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [byName] },
    },
  }
}

const tolerationsOf = ({ tolerations, hostNetwork }: Pod['spec']): readonly Toleration[] => [
  ...(tolerations ?? []),
  ...daemonTolerations(hostNetwork).filter(
    (added) => !(tolerations ?? []).some((each) => sameToleration(each, added)),
  ),
]

const sameToleration = (a: Toleration, b: Toleration): boolean =>
  a.key === b.key && a.operator === b.operator && a.effect === b.effect && a.tolerationSeconds === undefined

/** AddOrUpdateDaemonPodTolerations. */
function daemonTolerations(hostNetwork: boolean | undefined): readonly Toleration[] {
  const exists = (key: string, effect: Taint['effect']): Toleration => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect,
  })
  return [
    exists('not-ready', 'NoExecute'),
    exists('unreachable', 'NoExecute'),
    exists('disk-pressure', 'NoSchedule'),
    exists('memory-pressure', 'NoSchedule'),
    exists('pid-pressure', 'NoSchedule'),
    exists('unschedulable', 'NoSchedule'),
    ...(hostNetwork ? [exists('network-unavailable', 'NoSchedule')] : []),
  ]
}
