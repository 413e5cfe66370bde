/**
 * The DaemonSet controller: kubernetes/kubernetes:pkg/controller/daemon/{daemon_controller,update}.go.
 * Not imitated: hash collisions.
 */
import type { ControllerRevision, DaemonSet, Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import { adopt } from '#lab/controllers/adoption.ts'
import { DaemonSync } from '#lab/controllers/daemon-sync.ts'
import { Expectations } from '#lab/controllers/expectations.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { claimPods } from '#lab/controllers/pod-control.ts'
import { controllerOf, objectKey, placing } from '#lab/controllers/pods.ts'
import { Backoff } from '#lab/kubelet/backoff.ts'

export function startDaemonSets(kit: ControllerKit): void {
  const expected = new Expectations()
  const failedPods = new Backoff({ firstMs: 1000, maxMs: 900_000 })
  const sets = kit.cache<DaemonSet>(resources.daemonSets, ({ object }) => queue.add(objectKey(object)))
  const nodes = kit.cache<Node>(resources.nodes, ({ type, object, previous }) => {
    // Heartbeats change nothing for a DaemonSet.
    if (type === 'MODIFIED' && previous !== undefined && placing(object) === placing(previous)) return
    for (const set of sets.list()) queue.add(objectKey(set))
  })
  const revisions = kit.cache<ControllerRevision>(resources.controllerRevisions)
  const pods = kit.cache<Pod>(resources.pods, ({ type, object }) => {
    const key = ownerKey(object)
    if (key === undefined) {
      // A pod that nobody owns may be what a set is looking for.
      if (type !== 'DELETED' && controllerOf(object) === undefined)
        for (const each of matching(object)) queue.add(each)
      return
    }
    if (type === 'ADDED') expected.creationSeen(key)
    if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined)
      expected.deletionSeen(key, object.metadata.uid)
    queue.add(key)
  })
  const matching = (pod: Pod): readonly string[] =>
    sets
      .list()
      .filter(
        ({ metadata, spec }) =>
          metadata.namespace === pod.metadata.namespace && selectorTest(spec.selector)(pod.metadata.labels),
      )
      .map(objectKey)
  const recorder = kit.recorder('daemonset-controller')
  const queue = kit.controller('daemon_controller', [sets, nodes, pods, revisions], async (key, kube) => {
    const set = sets.get(key)
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return 0
    const owned = await claimPods({ owner: set, kube }, { selector: set.spec.selector, among: kit.pods })
    const nowMs = kit.p.now()
    const sync = new DaemonSync({
      set,
      key,
      nodes: nodes.list(),
      owned,
      revisions: await adopt(kube, set, { type: resources.controllerRevisions, among: revisions.list() }),
      kube,
      expected,
      recorder,
      nowMs,
      failedPods,
      again: (afterMs) => queue.addAfter(key, afterMs),
    })
    const refusal = expected.satisfied(key, nowMs) ? await sync.manage() : undefined
    await sync.writeStatus()
    if (refusal !== undefined) throw refusal
    return owned.length
  })
}

function ownerKey(pod: Pod): string | undefined {
  const owner = controllerOf(pod)
  return owner?.kind === 'DaemonSet' ? `${pod.metadata.namespace}/${owner.name}` : undefined
}
