/**
 * The ReplicaSet controller: kubernetes/kubernetes:pkg/controller/replicaset/replica_set.go. The one of ReplicationControllers is the same,
 * under its own name and for what selects by labels alone: pkg/controller/replication/{replication_controller,conversion}.go.
 * Not imitated: pod deletion cost, doubling up on one node when pods are taken away.
 */
import { rfc3339 } from '#base/clock.ts'
import type { Condition, LabelSelector, Pod, ReplicaSet, ReplicationController } from '#lab/api/objects.ts'
import { type KubeError, type ResourceType, resources } from '#lab/api/ports.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import { Expectations } from '#lab/controllers/expectations.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { claimPods, createInBatches, deletePod } from '#lab/controllers/pod-control.ts'
import { controllerOf, isActive, isAvailable, isReady, objectKey, ownedBy } from '#lab/controllers/pods.ts'
import { space } from '#lab/controllers/references.ts'

export const startReplicaSets = (kit: ControllerKit): void =>
  startSets<ReplicaSet>(kit, {
    kind: 'ReplicaSet',
    type: resources.replicaSets,
    component: 'replicaset-controller',
    name: 'replica_set',
    selectorOf: ({ spec }) => spec.selector,
  })

export const startReplicationControllers = (kit: ControllerKit): void =>
  startSets<ReplicationController>(kit, {
    kind: 'ReplicationController',
    type: resources.replicationControllers,
    component: 'replication-controller',
    name: 'replica_set',
    selectorOf: ({ spec }) => ({ matchLabels: spec.selector ?? {} }),
  })

type AnySet = ReplicaSet | ReplicationController

interface Kind<T extends AnySet> {
  readonly kind: string
  readonly type: ResourceType
  /** Who tells of it in events. */
  readonly component: string
  /** The file that its log names. */
  readonly name: string
  readonly selectorOf: (set: T) => LabelSelector
}

function startSets<T extends AnySet>(kit: ControllerKit, o: Kind<T>): void {
  const expected = new Expectations()
  const sets = kit.cache<T>(o.type, ({ object }) => queue.add(objectKey(object)))
  const pods = kit.cache<Pod>(resources.pods, ({ type, object }) => {
    const owner = controllerOf(object)
    if (owner?.kind !== o.kind) return
    const key = `${object.metadata.namespace}/${owner.name}`
    if (type === 'ADDED') expected.creationSeen(key)
    if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined)
      expected.deletionSeen(key, object.metadata.uid)
    queue.add(key)
  })
  const recorder = kit.recorder(o.component)
  const queue = kit.controller(o.name, [sets, pods], async (key, kube) => {
    const set = sets.get(key)
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return 0
    const own = await claimPods({ owner: set, kube }, { selector: o.selectorOf(set), among: kit.pods })
    const nowMs = kit.p.now()
    const active = own.filter(isActive)
    let refusal: KubeError | undefined
    if (expected.satisfied(key, nowMs)) {
      const control = { owner: set, key, kube, expected, recorder, nowMs }
      const missing = Math.max(0, (set.spec.replicas ?? 1) - active.length)
      refusal = await createInBatches(
        control,
        Array.from({ length: missing }, () => podOf(set)),
      )
      const surplus = Math.max(0, active.length - (set.spec.replicas ?? 1))
      if (surplus > 0)
        for (const pod of [...active].sort(leastUsefulFirst).slice(0, surplus)) await deletePod(control, pod)
    }
    const status = statusOf(set, active, { refusal, nowMs })
    if (Number(status.readyReplicas ?? 0) > Number(status.availableReplicas ?? 0))
      queue.addAfter(key, (set.spec.minReadySeconds ?? 0) * 1000)
    if (JSON.stringify(status) !== JSON.stringify(set.status ?? {}))
      await kube.update<AnySet>(o.type, { ...set, status }, { subresource: 'status' })
    if (refusal !== undefined) throw refusal
    return own.length
  })
}

/** replica_set_utils.go calculateStatus. */
function statusOf(
  set: AnySet,
  active: readonly Pod[],
  { refusal, nowMs }: { readonly refusal: KubeError | undefined; readonly nowMs: number },
): Readonly<Record<string, unknown>> {
  const labels = selectorTest({ matchLabels: set.spec.template.metadata?.labels ?? {} })
  const counts = {
    replicas: active.length,
    fullyLabeledReplicas: active.filter(({ metadata }) => labels(metadata.labels)).length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs)).length,
    observedGeneration: set.metadata.generation ?? 1,
  }
  const shown = Object.entries(counts).filter(([field, count]) => field === 'replicas' || count !== 0)
  const failure = failureOf(set, { refusal, short: active.length < (set.spec.replicas ?? 1), nowMs })
  return { ...Object.fromEntries(shown), ...(failure === undefined ? {} : { conditions: [failure] }) }
}

/** A refusal stays told until there are pods enough. */
function failureOf(
  set: AnySet,
  o: { readonly refusal: KubeError | undefined; readonly short: boolean; readonly nowMs: number },
): Condition | undefined {
  // The status of a set that this controller wrote holds conditions.
  const before = (set.status?.conditions as readonly Condition[] | undefined)?.[0]
  if (o.refusal === undefined) return o.short ? before : undefined
  return (
    before ?? {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: o.refusal.message,
      lastTransitionTime: rfc3339(o.nowMs),
    }
  )
}

const podOf = (set: AnySet) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    generateName: `${set.metadata.name}-`,
    ...space(set),
    labels: { ...set.spec.template.metadata?.labels },
    ...(set.spec.template.metadata?.annotations === undefined
      ? {}
      : { annotations: set.spec.template.metadata.annotations }),
    ownerReferences: [ownedBy(set)],
  },
  spec: set.spec.template.spec,
})

/** Unassigned before assigned, pending before running, not ready before ready, young before old. */
const leastUsefulFirst = (a: Pod, b: Pod): number =>
  Number(a.spec.nodeName !== undefined) - Number(b.spec.nodeName !== undefined) ||
  Number(a.status.phase === 'Running') - Number(b.status.phase === 'Running') ||
  Number(isReady(a)) - Number(isReady(b)) ||
  b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp)
