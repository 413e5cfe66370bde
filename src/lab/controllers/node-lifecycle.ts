/**
 * The node lifecycle controller: kubernetes/kubernetes:pkg/controller/nodelifecycle/node_lifecycle_controller.go, with the
 * defaults of Kubernetes 1.31 (looks every 5 s, 50 s of grace, 60 s for a node that never reported).
 * Not imitated: zones; rate limits other than "no NoExecute taints while most of the nodes are not ready".
 */
import { rfc3339 } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { Condition, Lease, Node, Pod, Taint } from '#lab/api/objects.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { isReady } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'
import type { EventRecorder } from '#lab/kubelet/event-recorder.ts'

const monitorEveryMs = 5000
const graceMs = 50_000
const startupGraceMs = 60_000
/** At or above this share of nodes that are not ready, nothing is evicted any more. */
const unhealthyShare = 0.55

const reported = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready']

export function startNodeLifecycle(kit: ControllerKit): void {
  const nodes = kit.cache<Node>(resources.nodes, ({ type, object }) => {
    if (type === 'ADDED')
      registered(
        object,
        'RegisteredNode',
        `Node ${object.metadata.name} event: Registered Node ${object.metadata.name} in Controller`,
      )
    if (type === 'DELETED')
      registered(
        object,
        'RemovingNode',
        `Node ${object.metadata.name} event: Removing Node ${object.metadata.name} from Controller`,
      )
    else if (type === 'MODIFIED') queue.add(object.metadata.name)
  })
  const leases = kit.cache<Lease>(resources.leases)
  const pods = kit.cache<Pod>(resources.pods)
  const recorder = kit.recorder('node-controller')
  const registered = (node: Node, reason: string, message: string): void =>
    recorder.record({ about: about(node), type: 'Normal', reason, message })
  const beats = new Map<string, { readonly seen: string; readonly atMs: number }>()

  const queue = kit.controller('node_lifecycle_controller', [nodes, leases, pods], async (name, kube) => {
    const node = nodes.get(name)
    if (node === undefined) return
    const silentMs = silence(node, leases.get(`kube-node-lease/${name}`), beats, kit.p.now())
    const judged = (await markUnknown(kube, node, silentMs, kit.p.now())) ?? node
    const disrupted =
      nodes.list().filter((each) => readiness(each) !== 'True').length / nodes.list().length >= unhealthyShare
    await writeTaints(kube, judged, { now: rfc3339(kit.p.now()), evict: !disrupted })
    if (readiness(judged) !== 'True')
      await markPods(
        kube,
        pods.list().filter((pod) => pod.spec.nodeName === name),
        recorder,
        kit.p.now(),
      )
    if (readiness(node) === 'True' && readiness(judged) !== 'True')
      registered(node, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
  })
  kit.p.thread('node monitor', async (self) => {
    for (;;) {
      for (const node of nodes.list()) queue.add(node.metadata.name)
      await self.sleep(monitorEveryMs)
    }
  })
}

/** For how long this controller, by its own clock, has seen no sign of life. */
function silence(
  node: Node,
  lease: Lease | undefined,
  beats: Map<string, { readonly seen: string; readonly atMs: number }>,
  nowMs: number,
): number {
  const heartbeat = node.status.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime
  const seen = `${lease?.spec.renewTime} ${heartbeat}`
  const before = beats.get(node.metadata.name)
  if (before?.seen === seen) return nowMs - before.atMs
  beats.set(node.metadata.name, { seen, atMs: nowMs })
  return 0
}

async function markUnknown(
  kube: KubeClient,
  node: Node,
  silentMs: number,
  nowMs: number,
): Promise<Node | undefined> {
  const never = node.status.conditions?.every(({ type }) => type !== 'Ready') ?? true
  if (silentMs <= (never ? startupGraceMs : graceMs)) return undefined
  const present = node.status.conditions ?? []
  const changed = reported.filter((type) => present.find((each) => each.type === type)?.status !== 'Unknown')
  if (changed.length === 0) return undefined
  const now = rfc3339(nowMs)
  const unknown = (type: string): Condition => {
    const before = present.find((each) => each.type === type)
    return before === undefined
      ? {
          type,
          status: 'Unknown',
          reason: 'NodeStatusNeverUpdated',
          message: 'Kubelet never posted node status.',
          lastHeartbeatTime: now,
          lastTransitionTime: now,
        }
      : {
          ...before,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: now,
        }
  }
  const conditions = [
    ...present.map((each) => (changed.includes(each.type) ? unknown(each.type) : each)),
    ...changed.filter((type) => !present.some((each) => each.type === type)).map(unknown),
  ]
  return kube.update<Node>(
    resources.nodes,
    { ...node, status: { ...node.status, conditions } },
    { subresource: 'status' },
  )
}

const readiness = (node: Node): Condition['status'] | undefined => conditionOf(node, 'Ready')

const conditionOf = (node: Node, type: string): Condition['status'] | undefined =>
  node.status.conditions?.find((each) => each.type === type)?.status

const owned = [
  'not-ready',
  'unreachable',
  'network-unavailable',
  'memory-pressure',
  'disk-pressure',
  'pid-pressure',
  'unschedulable',
].map((name) => `node.kubernetes.io/${name}`)

async function writeTaints(
  kube: KubeClient,
  node: Node,
  { now, evict }: { readonly now: string; readonly evict: boolean },
): Promise<void> {
  const present = node.spec.taints ?? []
  const wanted = conditionTaints(node, evict)
  const same = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect
  const kept = present.filter(
    (taint) => !owned.includes(taint.key) || wanted.some((each) => same(each, taint)),
  )
  const added = wanted
    .filter((taint) => !present.some((each) => same(each, taint)))
    .map((taint) => ({ ...taint, timeAdded: now }))
  if (added.length === 0 && kept.length === present.length) return
  const taints = [...kept, ...added]
  await kube.patch(
    { type: resources.nodes, name: node.metadata.name },
    {
      type: 'merge',
      body: {
        metadata: { resourceVersion: node.metadata.resourceVersion },
        spec: { taints: taints.length === 0 ? null : taints },
      },
    },
  )
}

function conditionTaints(node: Node, evict: boolean): readonly Taint[] {
  const taint = (name: string, effect: Taint['effect']): Taint => ({
    key: `node.kubernetes.io/${name}`,
    effect,
  })
  const ready = readiness(node)
  const name = ready === 'False' ? 'not-ready' : ready === 'Unknown' ? 'unreachable' : undefined
  const pressures = ['memory', 'disk', 'pid'].filter(
    (each) =>
      conditionOf(node, `${each === 'pid' ? 'PID' : `${each[0]?.toUpperCase()}${each.slice(1)}`}Pressure`) ===
      'True',
  )
  return [
    ...(name === undefined
      ? []
      : [taint(name, 'NoSchedule'), ...(evict ? [taint(name, 'NoExecute')] : keptNoExecute(node, name))]),
    ...(ready === undefined ? [taint('not-ready', 'NoSchedule')] : []),
    ...(conditionOf(node, 'NetworkUnavailable') === 'True'
      ? [taint('network-unavailable', 'NoSchedule')]
      : []),
    ...pressures.map((each) => taint(`${each}-pressure`, 'NoSchedule')),
    ...(node.spec.unschedulable === true ? [taint('unschedulable', 'NoSchedule')] : []),
  ]
}

/** While most nodes are not ready no NoExecute taint is added; one that is there stays. */
const keptNoExecute = (node: Node, name: string): readonly Taint[] =>
  (node.spec.taints ?? []).filter(
    ({ key, effect }) => effect === 'NoExecute' && key === `node.kubernetes.io/${name}`,
  )

/** Pods of a node that is not ready are not ready: pkg/controller/util/node/controller_utils.go MarkPodsNotReady. */
async function markPods(
  kube: KubeClient,
  pods: readonly Pod[],
  recorder: EventRecorder,
  nowMs: number,
): Promise<void> {
  for (const pod of pods.filter(isReady)) {
    const conditions = (pod.status.conditions ?? []).map((each) =>
      each.type === 'Ready'
        ? { ...each, status: 'False' as const, lastTransitionTime: rfc3339(nowMs) }
        : each,
    )
    recorder.record({
      about: about(pod),
      type: 'Warning',
      reason: 'NodeNotReady',
      message: 'Node is not ready',
    })
    try {
      await kube.patch(
        { type: resources.pods, ...space(pod), name: pod.metadata.name },
        { type: 'strategic', body: { status: { conditions } } },
        { subresource: 'status' },
      )
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error
    }
  }
}
