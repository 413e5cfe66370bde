/**
 * The disruption controller: counts for each PodDisruptionBudget how many of its pods are healthy and how many may go
 * (kubernetes/kubernetes:pkg/controller/disruption/disruption.go).
 *
 * Not imitated: custom resources with a scale; stale DisruptionTarget conditions.
 */
import { parseTime, rfc3339 } from '#base/clock.ts'
import type { Informer } from '#lab/api/informer.ts'
import type {
  Condition,
  Deployment,
  KubeObject,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { controllerOf, isReady, objectKey } from '#lab/controllers/pods.ts'
import type { EventRecorder } from '#lab/kubelet/event-recorder.ts'

/** A pod that was to be evicted and is still there after this long does not count as going any more (DeletionTimeout). */
const deletionMs = 120_000

export function startDisruption(kit: ControllerKit): void {
  const budgets = kit.cache<PodDisruptionBudget>(resources.podDisruptionBudgets, ({ object }) =>
    queue.add(objectKey(object)),
  )
  const pods = kit.cache<Pod>(resources.pods, ({ object, previous }) => {
    for (const budget of budgets.list())
      if (covers(budget, object) || (previous !== undefined && covers(budget, previous)))
        queue.add(objectKey(budget))
  })
  const scaled = (change: {
    readonly object: { readonly metadata: { readonly namespace?: string } }
  }): void => {
    for (const budget of budgets.list())
      if (budget.metadata.namespace === change.object.metadata.namespace) queue.add(objectKey(budget))
  }
  const cached = <T extends Scaled>(type: ResourceType): Informer<T> => kit.cache<T>(type, scaled)
  const caches: Caches = {
    ReplicaSet: cached<ReplicaSet>(resources.replicaSets),
    Deployment: cached<Deployment>(resources.deployments),
    StatefulSet: cached<StatefulSet>(resources.statefulSets),
    ReplicationController: cached<ReplicationController>(resources.replicationControllers),
  }
  const recorder = kit.recorder('controllermanager')
  const queue = kit.controller('disruption', [budgets, pods, ...Object.values(caches)], async (key, kube) => {
    const budget = budgets.get(key)
    if (budget === undefined) return
    const covered = pods.list().filter((pod) => covers(budget, pod))
    const nowMs = kit.p.now()
    if (covered.length === 0) tell(recorder, budget, 'Normal', 'NoPods', 'No matching pods found')
    const expected = expectation(budget, covered, { scaleOf: (pod) => scaleOf(pod, caches) })
    if (typeof expected === 'string')
      tell(
        recorder,
        budget,
        'Warning',
        'CalculateExpectedPodCountFailed',
        `Failed to calculate the number of expected pods: ${expected}`,
      )
    const disrupted = stillGoing(budget, covered, nowMs)
    for (const pod of disrupted.late)
      tell(
        recorder,
        pod,
        'Warning',
        'NotDeleted',
        `Pod was expected by PDB ${key} to be deleted but it wasn't`,
      )
    const status =
      typeof expected === 'string'
        ? failed(budget, expected, nowMs)
        : counted(budget, { covered, disrupted: disrupted.pods, expected, nowMs })
    if (JSON.stringify(status) !== JSON.stringify(budget.status ?? {}))
      await kube.update(resources.podDisruptionBudgets, { ...budget, status }, { subresource: 'status' })
    if (disrupted.recheckMs !== undefined) queue.addAfter(key, disrupted.recheckMs - nowMs)
  })
}

const tests = new WeakMap<object, ReturnType<typeof selectorTest>>()

/** An absent selector matches nothing, an empty one everything (policy/v1). */
function covers({ metadata, spec }: PodDisruptionBudget, pod: Pod): boolean {
  if (metadata.namespace !== pod.metadata.namespace || spec.selector === undefined) return false
  let test = tests.get(spec.selector)
  if (test === undefined) {
    test = selectorTest(spec.selector)
    tests.set(spec.selector, test)
  }
  return test(pod.metadata.labels)
}

interface Expected {
  readonly pods: number
  readonly healthy: number
}

/** How many pods there should be, and how many of them well; the error when their controllers do not tell. */
function expectation(
  { spec }: PodDisruptionBudget,
  pods: readonly Pod[],
  { scaleOf: scale }: { readonly scaleOf: (pod: Pod) => Scale },
): Expected | string {
  const { minAvailable, maxUnavailable } = spec
  if (maxUnavailable === undefined && typeof minAvailable !== 'string')
    return minAvailable === undefined ? { pods: 0, healthy: 0 } : { pods: pods.length, healthy: minAvailable }
  const scales = new Map<string, number>()
  for (const pod of pods) {
    const found = scale(pod)
    if (typeof found === 'string') return found
    if (found !== undefined) scales.set(found.uid, found.replicas)
  }
  const all = [...scales.values()].reduce((sum, each) => sum + each, 0)
  if (maxUnavailable !== undefined)
    return { pods: all, healthy: Math.max(0, all - share(maxUnavailable, all)) }
  return { pods: all, healthy: share(minAvailable ?? 0, all) }
}

/** A number or a percentage of `all`, rounded up. */
const share = (value: number | string, all: number): number =>
  typeof value === 'number' ? value : Math.ceil((Number(value.replace('%', '')) / 100) * all)

/** The replicas that a pod's controller wants; `undefined` for a pod that nobody manages, else why it cannot be said. */
type Scale = { readonly uid: string; readonly replicas: number } | undefined | string

type Scaled = KubeObject & { readonly spec: { readonly replicas?: number } }

/** What has replicas, by its kind. */
type Caches = { readonly [kind in (typeof scaledKinds)[number]]: Informer<Scaled> }

const scaledKinds = ['ReplicaSet', 'Deployment', 'StatefulSet', 'ReplicationController'] as const

function scaleOf(pod: Pod, caches: Caches): Scale {
  const owner = controllerOf(pod)
  if (owner === undefined) return undefined
  const kind = scaledKinds.find((each) => each === owner.kind)
  if (kind === undefined)
    return `${resourceOf(owner.apiVersion, owner.kind)} does not implement the scale subresource`
  const set = caches[kind].get(`${pod.metadata.namespace}/${owner.name}`)
  if (set === undefined || set.metadata.uid !== owner.uid) return undefined
  const above = controllerOf(set)
  const deployment =
    above?.kind === 'Deployment'
      ? caches.Deployment.get(`${pod.metadata.namespace}/${above.name}`)
      : undefined
  const { metadata, spec } = deployment ?? set
  return { uid: metadata.uid, replicas: spec.replicas ?? 1 }
}

/** `daemonsets.apps` */
function resourceOf(apiVersion: string, kind: string): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.slice(0, apiVersion.indexOf('/'))}` : ''
  return `${kind.toLowerCase()}s${group}`
}

/** The pods whose eviction was allowed and that have not gone yet; those for which it has taken too long; when to look again. */
function stillGoing(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  nowMs: number,
): {
  readonly pods: Readonly<Record<string, string>>
  readonly late: readonly Pod[]
  readonly recheckMs: number | undefined
} {
  const going: Record<string, string> = {}
  const late: Pod[] = []
  let recheckMs: number | undefined
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata
    const time = status?.disruptedPods?.[name]
    if (time === undefined || deletionTimestamp !== undefined) continue
    const dueMs = (parseTime(time) ?? nowMs) + deletionMs
    if (dueMs <= nowMs) late.push(pod)
    else {
      going[name] = time
      recheckMs = Math.min(recheckMs ?? dueMs, dueMs)
    }
  }
  return { pods: going, late, recheckMs }
}

type Status = NonNullable<PodDisruptionBudget['status']>

function counted(
  budget: PodDisruptionBudget,
  o: {
    readonly covered: readonly Pod[]
    readonly disrupted: Readonly<Record<string, string>>
    readonly expected: Expected
    readonly nowMs: number
  },
): Status {
  const { expected, disrupted } = o
  const healthy = o.covered.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      disrupted[pod.metadata.name] === undefined &&
      isReady(pod),
  ).length
  const allowed = expected.pods <= 0 ? 0 : Math.max(0, healthy - expected.healthy)
  const reason = allowed > 0 ? 'SufficientPods' : 'InsufficientPods'
  return {
    conditions: [condition(budget, { status: allowed > 0 ? 'True' : 'False', reason, message: '' }, o.nowMs)],
    currentHealthy: healthy,
    desiredHealthy: expected.healthy,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    disruptionsAllowed: allowed,
    expectedPods: expected.pods,
    observedGeneration: budget.metadata.generation ?? 1,
  }
}

/** failSafe: nothing may go while nobody knows how many there should be. */
function failed(budget: PodDisruptionBudget, message: string, nowMs: number): Status {
  const { currentHealthy = 0, desiredHealthy = 0, expectedPods = 0, ...rest } = budget.status ?? {}
  return {
    ...rest,
    conditions: [condition(budget, { status: 'False', reason: 'SyncFailed', message }, nowMs)],
    currentHealthy,
    desiredHealthy,
    expectedPods,
    disruptionsAllowed: 0,
  }
}

/** The budget's one condition; its time moves with its status only. */
function condition(
  { metadata, status }: PodDisruptionBudget,
  next: Pick<Condition, 'status' | 'reason' | 'message'>,
  nowMs: number,
): Condition & { readonly observedGeneration: number } {
  const old = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed')
  const time = old?.status === next.status ? old.lastTransitionTime : undefined
  return {
    lastTransitionTime: time ?? rfc3339(nowMs),
    message: next.message ?? '',
    observedGeneration: metadata.generation ?? 1,
    reason: next.reason ?? '',
    status: next.status,
    type: 'DisruptionAllowed',
  }
}

function tell(
  recorder: EventRecorder,
  about: PodDisruptionBudget | Pod,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  const { apiVersion, kind, metadata } = about
  const { name, namespace, uid, resourceVersion } = metadata
  recorder.record({
    about: {
      apiVersion,
      kind,
      name,
      uid,
      resourceVersion,
      ...(namespace === undefined ? {} : { namespace }),
    },
    type,
    reason,
    message,
  })
}
