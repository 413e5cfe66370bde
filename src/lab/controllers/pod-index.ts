import type { InformerChange } from '#lab/api/informer.ts'
import type { Pod } from '#lab/api/objects.ts'
import { controllerOf } from '#lab/controllers/pods.ts'

const none: readonly Pod[] = []

/** The pods of a cache, found by their controller or their node without looking at all of them. */
export class PodIndex {
  readonly #byOwner = new Map<string, Map<string, Pod>>()
  readonly #byNode = new Map<string, Map<string, Pod>>()
  /** Those without a controller, by namespace. */
  readonly #orphans = new Map<string, Map<string, Pod>>()

  /** To be told of every change of the cache. */
  apply({ type, object, previous }: InformerChange<Pod>): void {
    if (previous !== undefined) this.#drop(previous)
    if (type === 'DELETED') this.#drop(object)
    else this.#add(object)
  }

  /** By the controller's uid. */
  ownedBy(uid: string): readonly Pod[] {
    return values(this.#byOwner.get(uid))
  }

  onNode(name: string): readonly Pod[] {
    return values(this.#byNode.get(name))
  }

  orphans(namespace: string): readonly Pod[] {
    return values(this.#orphans.get(namespace))
  }

  #add(pod: Pod): void {
    const { uid, namespace = '' } = pod.metadata
    const owner = controllerOf(pod)?.uid
    put(owner === undefined ? this.#orphans : this.#byOwner, owner ?? namespace, uid, pod)
    if (pod.spec.nodeName !== undefined) put(this.#byNode, pod.spec.nodeName, uid, pod)
  }

  #drop(pod: Pod): void {
    const { uid, namespace = '' } = pod.metadata
    const owner = controllerOf(pod)?.uid
    take(owner === undefined ? this.#orphans : this.#byOwner, owner ?? namespace, uid)
    if (pod.spec.nodeName !== undefined) take(this.#byNode, pod.spec.nodeName, uid)
  }
}

const values = (pods: ReadonlyMap<string, Pod> | undefined): readonly Pod[] =>
  pods === undefined ? none : [...pods.values()]

function put(groups: Map<string, Map<string, Pod>>, key: string, uid: string, pod: Pod): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, new Map([[uid, pod]]))
  else group.set(uid, pod)
}

function take(groups: Map<string, Map<string, Pod>>, key: string, uid: string): void {
  const group = groups.get(key)
  group?.delete(uid)
  if (group?.size === 0) groups.delete(key)
}
