/**
 * The ReplicaSet controller: kubernetes/kubernetes:pkg/controller/replicaset/replica_set.go.
 * Not imitated: creation in batches, adoption of orphans, minReadySeconds, pod deletion cost.
 */
import type { Pod, ReplicaSet } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Expectations } from '#lab/controllers/expectations.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { createPod, deletePod } from '#lab/controllers/pod-control.ts'
import { controllerOf, isActive, isReady, objectKey, ownedBy } from '#lab/controllers/pods.ts'
import { space } from '#lab/controllers/references.ts'

export function startReplicaSets(kit: ControllerKit): void {
  const expected = new Expectations()
  const sets = kit.cache<ReplicaSet>(resources.replicaSets, ({ object }) => queue.add(objectKey(object)))
  const pods = kit.cache<Pod>(resources.pods, ({ type, object }) => {
    const owner = controllerOf(object)
    if (owner?.kind !== 'ReplicaSet') return
    const key = `${object.metadata.namespace}/${owner.name}`
    if (type === 'ADDED') expected.creationSeen(key)
    if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined)
      expected.deletionSeen(key, object.metadata.uid)
    queue.add(key)
  })
  const recorder = kit.recorder('replicaset-controller')
  const queue = kit.controller('replica_set', [sets, pods], async (key, kube) => {
    const set = sets.get(key)
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return
    const now = kit.p.now()
    const active = pods.list().filter((pod) => controllerOf(pod)?.uid === set.metadata.uid && isActive(pod))
    const wanted = set.spec.replicas ?? 1
    if (expected.satisfied(key, now)) {
      const control = { owner: set, key, kube, expected, recorder, nowMs: now }
      for (let missing = wanted - active.length; missing > 0; missing--) await createPod(control, podOf(set))
      const surplus = Math.max(0, active.length - wanted)
      for (const pod of [...active].sort(leastUsefulFirst).slice(0, surplus)) await deletePod(control, pod)
    }
    const ready = active.filter(isReady).length
    const status = {
      replicas: active.length,
      fullyLabeledReplicas: active.length,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: set.metadata.generation ?? 1,
    }
    const shown = Object.fromEntries(
      Object.entries(status).filter(([field, count]) => field === 'replicas' || count !== 0),
    )
    if (JSON.stringify(shown) !== JSON.stringify(set.status ?? {}))
      await kube.update<ReplicaSet>(
        resources.replicaSets,
        { ...set, status: shown },
        { subresource: 'status' },
      )
  })
}

const podOf = (set: ReplicaSet) => ({
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
