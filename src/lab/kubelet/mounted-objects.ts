/**
 * The ConfigMaps and Secrets in the volumes of a machine's pods, and who has to be told when one of them changes
 * (kubernetes/kubernetes:pkg/kubelet/util/manager/watch_based_manager.go).
 *
 * Not imitated: one watch for each object (there is one for all of a kind), begun with the pod: here within a minute of it, before
 * which no pod would look at its volumes again.
 */
import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'

/** One that a volume was filled from; `version` is undefined when there was none, and there did not have to be one. */
export interface SeenObject {
  readonly resource: string // configmaps
  readonly key: string // namespace/name
  readonly version: string | undefined
}

interface Mounted {
  readonly seen: readonly SeenObject[]
  readonly outdated: () => void
}

const settleMs = 60_000

export class MountedObjects {
  readonly #p: Process
  readonly #kube: KubeClient
  readonly #pods = new Map<string, Mounted>()
  readonly #views: readonly View[]
  #armed = false

  constructor(p: Process, kube: KubeClient) {
    this.#p = p
    this.#kube = kube
    this.#views = [new View(resources.configMaps), new View(resources.secrets)]
  }

  /** What a pod's volumes are made of now. `outdated` is called whenever something of it is no longer so. */
  note(uid: string, seen: readonly SeenObject[], outdated: () => void): void {
    if (seen.length === 0 && !this.#pods.has(uid)) return
    this.#pods.set(uid, { seen, outdated })
    this.#settle()
  }

  forget(uid: string): void {
    if (this.#pods.delete(uid)) this.#settle()
  }

  /** Pods come and go in bursts; the watches are made anew once. */
  #settle(): void {
    if (this.#armed) return
    this.#armed = true
    this.#p.task.after(settleMs, () => {
      this.#armed = false
      for (const view of this.#views) this.#watch(view)
    })
  }

  #watch(view: View): void {
    const keys = new Set<string>()
    for (const { seen } of this.#pods.values())
      for (const { resource, key } of seen) if (resource === view.type.resource) keys.add(key)
    const objects = [...keys].sort()
    if (objects.join(' ') === view.watched) return
    view.watched = objects.join(' ')
    view.informer?.stop()
    view.informer = undefined
    if (objects.length === 0) return
    const known: Informer<KubeObject> = informer(
      this.#p,
      this.#kube,
      { type: view.type, objects },
      { onChange: () => known.synced && this.#compare(view.type, known) },
    )
    view.informer = known
    this.#p.thread(`mounted ${view.type.resource}`, async (self) => {
      await known.untilSynced(self.task)
      this.#compare(view.type, known)
    })
  }

  #compare({ resource }: ResourceType, known: Informer<KubeObject>): void {
    for (const { seen, outdated } of this.#pods.values()) {
      const isOld = seen.some(
        (each) =>
          each.resource === resource && known.get(each.key)?.metadata.resourceVersion !== each.version,
      )
      if (isOld) outdated()
    }
  }
}

class View {
  readonly type: ResourceType
  watched = ''
  informer: Informer<KubeObject> | undefined

  constructor(type: ResourceType) {
    this.type = type
  }
}
