/**
 * The node lifecycle controller: kubernetes/kubernetes:pkg/controller/nodelifecycle/node_lifecycle_controller.go, with the
 * defaults of Kubernetes 1.31 (looks every 5 s, 50 s of grace, 60 s for a node that never reported; `--node-monitor-grace-period` is heard).
 * NoExecute taints are given out one node in ten seconds and zone, slower or not at all where a zone is disrupted.
 */
import { rfc3339 } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { Condition, Lease, Node, Pod, Taint } from '#lab/api/objects.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { NodeBeats } from '#lab/controllers/node-beats.ts'
import { isReady } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'
import { Zones } from '#lab/controllers/zones.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Rested } from '#lab/kernel/resting.ts'
import type { EventRecorder } from '#lab/kubelet/event-recorder.ts'
import { minorOf } from '#lab/kubelet/release.ts'

const monitorEveryMs = 5000
/** pkg/controller/nodelifecycle/config/v1alpha1/defaults.go: 40 s up to 1.30. */
const defaultGraceMs = (version: string): number => (minorOf(version) >= 31 ? 50_000 : 40_000)
const startupGraceMs = 60_000

const reported = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready']

export function startNodeLifecycle(kit: ControllerKit): void {
  const zones = new Zones()
  const graceMs = graceOf(kit.p.argv) ?? defaultGraceMs(kit.p.version)
  const monitor = new Monitor(graceMs)
  const nodes = kit.cache<Node>(resources.nodes, (change) => {
    const { type, object } = change
    zones.apply(change)
    if (type !== 'MODIFIED' || readiness(object) !== 'True') monitor.stir()
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
    else queue.add(object.metadata.name)
  })
  const leases = kit.lookedAt<Lease>(resources.leases)
  const index = kit.pods
  const pods = kit.cache<Pod>(resources.pods)
  const recorder = kit.recorder('node-controller')
  const registered = (node: Node, reason: string, message: string): void =>
    recorder.record({ about: about(node), type: 'Normal', reason, message })
  const beats = new NodeBeats(kit.p, leases, { everyMs: monitorEveryMs })

  const queue = kit.controller('node_lifecycle_controller', [nodes, leases, pods], async (name, kube) => {
    const node = nodes.get(name)
    if (node === undefined) return
    const silentMs = beats.silence(node)
    const judged = (await markUnknown(kube, node, { silentMs, graceMs, nowMs: kit.p.now() })) ?? node
    await writeTaints(kube, judged, rfc3339(kit.p.now()), evictionOf(judged, zones, kit.p.now()))
    if (readiness(judged) !== 'True') await markPods(kube, index.onNode(name), recorder, kit.p.now())
    if (readiness(node) === 'True' && readiness(judged) !== 'True')
      registered(node, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
  })
  kit.p.thread('node monitor', async (self) => {
    for (;;) {
      let longestMs = 0
      let areWell = true
      // A node that is heard of and ready is looked at when it changes.
      for (const [node, silentMs] of beats.look(nodes.list())) {
        longestMs = Math.max(longestMs, silentMs)
        if (readiness(node) === 'True' && silentMs <= graceMs) continue
        areWell = false
        queue.add(node.metadata.name)
      }
      await monitor.pause(self, areWell ? longestMs : undefined)
    }
  })
}

/**
 * When the node monitor looks: every five seconds, unless all was well. As long as nothing moves (docs/decisions/0012), it is well until
 * the node that has been silent for longest would have been so for too long.
 */
class Monitor {
  readonly #graceMs: number
  #rested: Rested | undefined

  constructor(graceMs: number) {
    this.#graceMs = graceMs
  }

  /** A node is not as it was when all was well. */
  stir(): void {
    this.#rested?.stir()
  }

  pause(self: Process, longestMs: number | undefined): Promise<void> {
    const { task } = self
    return task.wait<void>((wake) => {
      const periodMs = monitorEveryMs
      if (longestMs !== undefined) {
        const untilMs = self.monotonic() + this.#graceMs - longestMs
        this.#rested = task.rest({ periodMs, untilMs, tick: wake })
        if (this.#rested !== undefined) return this.#rested.cancel
      }
      return task.after(periodMs, wake)
    })
  }
}

async function markUnknown(
  kube: KubeClient,
  node: Node,
  {
    silentMs,
    graceMs,
    nowMs,
  }: { readonly silentMs: number; readonly graceMs: number; readonly nowMs: number },
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

/** What becomes of a node's NoExecute taint: given (or kept), kept where it is there, or taken back because nobody is trusted. */
type Eviction = 'begin' | 'keep' | 'none'

/** One that has the other taint of the two gets this one at once; a new one waits for its zone's turn. */
function evictionOf(node: Node, zones: Zones, nowMs: number): Eviction {
  if (readiness(node) === 'True') return 'keep'
  if (zones.allDisrupted) return 'none'
  const evicting = (node.spec.taints ?? []).some(
    ({ key, effect }) => effect === 'NoExecute' && (key === notReady || key === unreachable),
  )
  return evicting || zones.turn(node, nowMs) === 0 ? 'begin' : 'keep'
}

const notReady = 'node.kubernetes.io/not-ready'
const unreachable = 'node.kubernetes.io/unreachable'

/** `--node-monitor-grace-period=40s` */
function graceOf(argv: readonly string[]): number | undefined {
  const flag = argv.find((word) => word.startsWith('--node-monitor-grace-period='))
  const match = /=(?:(\d+)m)?(?:(\d+)s)?$/.exec(flag ?? '')
  const ms = (Number(match?.[1] ?? 0) * 60 + Number(match?.[2] ?? 0)) * 1000
  return ms > 0 ? ms : undefined
}

async function writeTaints(kube: KubeClient, node: Node, now: string, eviction: Eviction): Promise<void> {
  const present = node.spec.taints ?? []
  const wanted = conditionTaints(node, eviction)
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

function conditionTaints(node: Node, eviction: Eviction): readonly Taint[] {
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
    ...(name === undefined ? [] : [taint(name, 'NoSchedule'), ...noExecute(node, name, eviction)]),
    ...(ready === undefined ? [taint('not-ready', 'NoSchedule')] : []),
    ...(conditionOf(node, 'NetworkUnavailable') === 'True'
      ? [taint('network-unavailable', 'NoSchedule')]
      : []),
    ...pressures.map((each) => taint(`${each}-pressure`, 'NoSchedule')),
    ...(node.spec.unschedulable === true ? [taint('unschedulable', 'NoSchedule')] : []),
  ]
}

function noExecute(node: Node, name: string, eviction: Eviction): readonly Taint[] {
  const taint = { key: `node.kubernetes.io/${name}`, effect: 'NoExecute' } as const
  if (eviction === 'begin') return [taint]
  const present = (node.spec.taints ?? []).some(
    ({ key, effect }) => effect === taint.effect && key === taint.key,
  )
  return eviction === 'keep' && present ? [taint] : []
}

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
