import type { InformerChange } from '#lab/api/informer.ts'
import type { Pod } from '#lab/api/objects.ts'
import { controllerOf } from '#lab/controllers/pods.ts'

const none: readonly Pod[] = []

/** Some pods by their uids; their list is the same until one changes. */
interface Group {
  readonly pods: Map<string, Pod>
  listed: readonly Pod[] | undefined
}

/** The pods of a cache, found by their controller or their node without looking at all of them. */
export class PodIndex {
  readonly #byOwner = new Map<string, Group>()
  readonly #byNode = new Map<string, Group>()
  /** Those without a controller, by namespace. */
  readonly #orphans = new Map<string, Group>()

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

  /** Whether there is a pod bound to a node that `isThere` does not know. */
  someLeft(isThere: (node: string) => boolean): boolean {
    for (const node of this.#byNode.keys()) if (!isThere(node)) return true
    return false
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

function values(group: Group | undefined): readonly Pod[] {
  if (group === undefined) return none
  group.listed ??= [...group.pods.values()]
  return group.listed
}

function put(groups: Map<string, Group>, key: string, uid: string, pod: Pod): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, { pods: new Map([[uid, pod]]), listed: undefined })
  else {
    group.pods.set(uid, pod)
    group.listed = undefined
  }
}

function take(groups: Map<string, Group>, key: string, uid: string): void {
  const group = groups.get(key)
  if (group === undefined) return
  group.pods.delete(uid)
  group.listed = undefined
  if (group.pods.size === 0) groups.delete(key)
}
