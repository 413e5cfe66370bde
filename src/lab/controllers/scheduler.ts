/**
 * The default scheduler: kubernetes/kubernetes:pkg/scheduler. Filters by node name, selector, required node affinity,
 * taints, pod count, required pod anti-affinity and topology spread over hostnames; prefers the node with the fewest pods.
 * Not imitated: resources, volumes, ports, preemption, preferred affinities, other topology keys, profiles.
 */
import { rfc3339 } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { LabelSelector, Node, Pod } from '#lab/api/objects.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { objectKey, placing, untolerated } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'

const podsPerNode = 110
/** An unschedulable pod is tried again after this time, or when a node changes. */
const retryMs = 30_000

export function startScheduler(kit: ControllerKit): void {
  /** Where pods were put that the cache does not show there yet. */
  const assumed = new Map<string, string>()
  const waiting = new Set<string>()
  const pods = kit.cache<Pod>(resources.pods, ({ type, object }) => {
    const key = objectKey(object)
    if (type === 'DELETED' || object.spec.nodeName !== undefined) assumed.delete(object.metadata.uid)
    if (type === 'DELETED') waiting.delete(key)
    else if (isMine(object)) queue.add(key)
  })
  const nodes = kit.cache<Node>(resources.nodes, ({ object, previous }) => {
    if (previous !== undefined && placing(object) === placing(previous)) return
    for (const key of waiting) queue.add(key)
  })
  const recorder = kit.recorder('default-scheduler')
  const queue = kit.controller('scheduler', [pods, nodes], async (key, kube) => {
    const pod = pods.get(key)
    if (pod === undefined || !isMine(pod) || assumed.has(pod.metadata.uid)) return
    const placed = new Placement(pods.list(), assumed)
    const verdicts = nodes.list().map((node) => ({ node, why: placed.refuses(pod, node) }))
    const fitting = verdicts.flatMap(({ node, why }) => (why === undefined ? [node] : []))
    const best = placed.best(pod, fitting)
    if (best === undefined) {
      waiting.add(key)
      queue.addAfter(key, retryMs)
      const message = refusal(verdicts.map(({ why }) => why ?? ''))
      recorder.record({ about: about(pod), type: 'Warning', reason: 'FailedScheduling', message })
      return markUnschedulable(kube, pod, message, kit.p.now())
    }
    waiting.delete(key)
    assumed.set(pod.metadata.uid, best.metadata.name)
    try {
      await bind(kube, pod, best.metadata.name)
      recorder.record({
        about: about(pod),
        type: 'Normal',
        reason: 'Scheduled',
        message: `Successfully assigned ${key} to ${best.metadata.name}`,
      })
    } catch (error) {
      assumed.delete(pod.metadata.uid)
      if (!isKubeError(error, 'NotFound')) throw error
    }
  })
}

const isMine = ({ spec, metadata }: Pod): boolean =>
  spec.nodeName === undefined &&
  metadata.deletionTimestamp === undefined &&
  (spec.schedulerName ?? 'default-scheduler') === 'default-scheduler'

const bind = (kube: KubeClient, pod: Pod, node: string): Promise<unknown> =>
  kube.post({ type: resources.pods, ...space(pod), name: pod.metadata.name }, 'binding', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: pod.metadata.name, ...space(pod) },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  })

async function markUnschedulable(kube: KubeClient, pod: Pod, message: string, nowMs: number): Promise<void> {
  const before = pod.status.conditions?.find(({ type }) => type === 'PodScheduled')
  if (before?.status === 'False' && before.message === message) return
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastTransitionTime: rfc3339(nowMs),
  }
  await kube.patch(
    { type: resources.pods, ...space(pod), name: pod.metadata.name },
    { type: 'strategic', body: { status: { conditions: [condition] } } },
    { subresource: 'status' },
  )
}

/** `0/5 nodes are available: 2 node(s) were unschedulable, …`: pkg/scheduler/framework/types.go FitError.Error. */
function refusal(whys: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const why of whys) counts.set(why, (counts.get(why) ?? 0) + 1)
  const reasons = [...counts].map(([why, count]) => `${count} ${why}`).sort()
  const head = `0/${whys.length} nodes are available`
  const none = `${whys.length} Preemption is not helpful for scheduling.`
  return whys.length === 0
    ? 'no nodes available to schedule pods'
    : `${head}: ${reasons.join(', ')}. preemption: ${head}: ${none}`
}

/** Who is where, counting pods that were bound a moment ago. */
class Placement {
  readonly #byNode = new Map<string, Pod[]>()

  constructor(pods: readonly Pod[], assumed: ReadonlyMap<string, string>) {
    for (const pod of pods) {
      const node = pod.spec.nodeName ?? assumed.get(pod.metadata.uid)
      if (node === undefined || pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') continue
      this.#byNode.set(node, [...(this.#byNode.get(node) ?? []), pod])
    }
  }

  /** Why the node does not suit, in the scheduler's words; `undefined` when it does. */
  refuses(pod: Pod, node: Node): string | undefined {
    const { spec } = pod
    if (node.spec.unschedulable && !untoleratedIsEmpty(pod, 'node.kubernetes.io/unschedulable'))
      return 'node(s) were unschedulable'
    const taint = untolerated(node.spec.taints, spec.tolerations, ['NoSchedule', 'NoExecute'])[0]
    if (taint !== undefined) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`
    if (!matches(pod, node)) return "node(s) didn't match Pod's node affinity/selector"
    if (this.#on(node).length >= podsPerNode) return 'Too many pods'
    if (antiAffinity(pod).some((selector) => this.#hosted(node, pod, selector).length > 0))
      return "node(s) didn't match pod anti-affinity rules"
    return undefined
  }

  /** The suitable node with the best spread, then the fewest pods, then the first name. */
  best(pod: Pod, fitting: readonly Node[]): Node | undefined {
    const spread = spreadSelectors(pod)
    const cost = (node: Node): number =>
      spread.reduce((sum, { selector }) => sum + this.#staying(node, pod, selector), 0) * 1000 +
      this.#on(node).length
    const hard = spread.filter(({ hard: isHard }) => isHard)
    const allowed = fitting.filter((node) =>
      hard.every(
        ({ selector, maxSkew }) =>
          this.#staying(node, pod, selector) +
            1 -
            Math.min(...fitting.map((each) => this.#staying(each, pod, selector))) <=
          maxSkew,
      ),
    )
    return [...allowed].sort((a, b) => cost(a) - cost(b) || a.metadata.name.localeCompare(b.metadata.name))[0]
  }

  #on(node: Node): readonly Pod[] {
    return this.#byNode.get(node.metadata.name) ?? []
  }

  #hosted(node: Node, pod: Pod, selector: LabelSelector): readonly Pod[] {
    const test = selectorTest(selector)
    return this.#on(node).filter(
      (each) =>
        each.metadata.namespace === pod.metadata.namespace &&
        each.metadata.uid !== pod.metadata.uid &&
        test(each.metadata.labels),
    )
  }

  /** Topology spread does not count pods that are going (plugins/podtopologyspread/common.go); anti-affinity does. */
  #staying(node: Node, pod: Pod, selector: LabelSelector): number {
    return this.#hosted(node, pod, selector).filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    ).length
  }
}

const untoleratedIsEmpty = ({ spec }: Pod, key: string): boolean =>
  untolerated([{ key, effect: 'NoSchedule' }], spec.tolerations, ['NoSchedule']).length === 0

interface AffinityTerm {
  readonly matchExpressions?: LabelSelector['matchExpressions']
  readonly matchFields?: readonly { readonly key: string; readonly values: readonly string[] }[]
}

interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms?: readonly AffinityTerm[]
    }
  }
  readonly podAntiAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly {
      readonly labelSelector: LabelSelector
      readonly topologyKey: string
    }[]
  }
}

/** The affinity of a pod; the server checked its shape when it was created. */
const affinityOf = ({ spec }: Pod): Affinity => (spec.affinity ?? {}) as Affinity

function matches(pod: Pod, node: Node): boolean {
  if (!selectorTest({ matchLabels: pod.spec.nodeSelector ?? {} })(node.metadata.labels)) return false
  const terms =
    affinityOf(pod).nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return (
    terms === undefined ||
    terms.some(
      ({ matchExpressions = [], matchFields = [] }) =>
        selectorTest({ matchExpressions })(node.metadata.labels) &&
        matchFields.every(({ values }) => values.includes(node.metadata.name)),
    )
  )
}

const antiAffinity = (pod: Pod): readonly LabelSelector[] =>
  (affinityOf(pod).podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [])
    .filter(({ topologyKey }) => topologyKey === 'kubernetes.io/hostname')
    .map(({ labelSelector }) => labelSelector)

interface Spread {
  readonly selector: LabelSelector
  readonly hard: boolean
  readonly maxSkew: number
}

function spreadSelectors({ spec, metadata }: Pod): readonly Spread[] {
  const constraints = (spec.topologySpreadConstraints ?? []) as readonly {
    readonly topologyKey?: string
    readonly labelSelector?: LabelSelector
    readonly whenUnsatisfiable?: string
    readonly maxSkew?: number
  }[] // checked by the server
  const asked = constraints
    .filter(({ topologyKey }) => topologyKey === 'kubernetes.io/hostname')
    .map(({ labelSelector = {}, whenUnsatisfiable, maxSkew = 1 }) => ({
      selector: labelSelector,
      hard: whenUnsatisfiable === 'DoNotSchedule',
      maxSkew,
    }))
  if (asked.length > 0) return asked
  // The default constraints spread the pods of one owner softly.
  const hash = metadata.labels?.['pod-template-hash']
  return hash === undefined
    ? []
    : [{ selector: { matchLabels: { 'pod-template-hash': hash } }, hard: false, maxSkew: 3 }]
}
