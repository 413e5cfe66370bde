/**
 * Garbage collection of owned objects, and of pods whose node is gone:
 * kubernetes/kubernetes:pkg/controller/{garbagecollector,podgc}.
 * Not imitated: owners outside the types below, discovery of new types, several owners of one object.
 */
import type { Informer } from '#lab/api/informer.ts'
import type { KubeObject, Node, Pod } from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import { unless } from '#lab/controllers/expected.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { objectKey } from '#lab/controllers/pods.ts'
import { space } from '#lab/controllers/references.ts'

const owners: readonly ResourceType[] = [
  resources.daemonSets,
  resources.deployments,
  resources.replicaSets,
  resources.replicationControllers,
  resources.statefulSets,
  resources.jobs,
  resources.cronJobs,
  resources.services,
  resources.nodes,
]
const dependents: readonly ResourceType[] = [
  resources.pods,
  resources.replicaSets,
  resources.jobs,
  resources.controllerRevisions,
  resources.endpointSlices,
  resources.leases,
]
const podGcEveryMs = 20_000
const quarantineMs = 40_000

export function startGarbageCollection(kit: ControllerKit): void {
  const cacheOf = (type: ResourceType): Informer<KubeObject> =>
    type === resources.leases ? kit.lookedAt(type) : kit.cache(type)
  const caches = new Map(dependents.map((type) => [type.resource, cacheOf(type)]))
  const gone = kit.controller('garbagecollector', [...caches.values()], async (uid, kube) => {
    for (const [type, object] of dependentsOf(uid, caches))
      await removed(
        kube.delete({ type, ...space(object), name: object.metadata.name }, { uid: object.metadata.uid }),
      )
  })
  for (const type of owners)
    kit.cache<KubeObject>(type, ({ type: change, object }) => {
      if (change === 'DELETED') gone.add(object.metadata.uid)
      else if (object.metadata.finalizers?.some((each) => each === 'foregroundDeletion' || each === 'orphan'))
        finalizing.add(`${type.resource} ${objectKey(object)}`)
    })

  const finalizing = kit.controller(
    'garbagecollector finalizers',
    [...caches.values()],
    async (key, kube) => {
      const [resource = '', name = ''] = key.split(' ')
      const type = owners.find((each) => each.resource === resource)
      const owner = type === undefined ? undefined : kit.cache<KubeObject>(type).get(name)
      if (type === undefined || owner?.metadata.deletionTimestamp === undefined) return
      const orphaning = owner.metadata.finalizers?.includes('orphan') === true
      const children = dependentsOf(owner.metadata.uid, caches)
      for (const [childType, child] of children) {
        const ref = { type: childType, ...space(child), name: child.metadata.name }
        if (orphaning)
          await removed(kube.patch(ref, { type: 'merge', body: { metadata: { ownerReferences: null } } }))
        else if (child.metadata.deletionTimestamp === undefined)
          await removed(kube.delete(ref, { uid: child.metadata.uid }))
      }
      if (!orphaning && children.length > 0) return finalizing.addAfter(key, 500)
      const finalizers = owner.metadata.finalizers?.filter(
        (each) => each !== 'foregroundDeletion' && each !== 'orphan',
      )
      await removed(
        kube.patch(
          { type, ...space(owner), name: owner.metadata.name },
          { type: 'merge', body: { metadata: { finalizers } } },
        ),
      )
    },
  )
}

function dependentsOf(
  uid: string,
  caches: ReadonlyMap<string, Informer<KubeObject>>,
): readonly (readonly [ResourceType, KubeObject])[] {
  return dependents.flatMap((type) =>
    (caches.get(type.resource)?.list() ?? [])
      .filter(({ metadata }) => metadata.ownerReferences?.some((each) => each.uid === uid))
      .map((object) => [type, object] as const),
  )
}

/** Pods bound to a node that does not exist: deleted by force once the node has been gone for 40 s. */
export function startPodGc(kit: ControllerKit): void {
  const pods = kit.cache<Pod>(resources.pods)
  const nodes = kit.cache<Node>(resources.nodes)
  const goneSince = new Map<string, number>()
  const queue = kit.controller('gc_controller', [pods, nodes], async (_, kube) => {
    const now = kit.p.now()
    for (const pod of pods.list()) {
      const node = pod.spec.nodeName
      if (node === undefined || nodes.has(node)) {
        if (node !== undefined) goneSince.delete(node)
        continue
      }
      const since = goneSince.get(node) ?? now
      goneSince.set(node, since)
      if (now - since >= quarantineMs)
        await removed(
          kube.delete(
            { type: resources.pods, ...space(pod), name: pod.metadata.name },
            { gracePeriodSeconds: 0 },
          ),
        )
    }
  })
  const index = kit.pods
  queue.add('all')
  kit.p.thread('pod gc', async (self) => {
    for (;;) {
      await self.sleep(podGcEveryMs)
      if (goneSince.size > 0 || index.someLeft((node) => nodes.has(node))) queue.add('all')
    }
  })
}

const removed = (write: Promise<unknown>): Promise<void> => unless('NotFound', write)
