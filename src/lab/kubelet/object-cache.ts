/**
 * The ConfigMaps and Secrets that the pods of a machine name: each is listed and watched by itself, from the first pod that names it to the
 * last, and read from here (kubernetes/kubernetes:pkg/kubelet/util/manager/{cache_based_manager,watch_based_manager}.go). What was read once
 * is at hand while the API server is not.
 */
import { visitReferences } from '#lab/api/authorization/pod-references.ts'
import type { KubeClient } from '#lab/api/client.ts'
import { informer, type Peeked } from '#lab/api/informer.ts'
import type { ConfigMap, Pod, Secret } from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Klog } from '#lab/kubelet/klog.ts'
import { reflectorLog } from '#lab/kubelet/reflector-log.ts'

export type Referred = ConfigMap | Secret
export type ReferredKind = 'configmap' | 'secret'

/** One that a volume was filled from; `version` is undefined when there was none, and there did not have to be one. */
export interface SeenObject {
  readonly key: string // of referredKey
  readonly version: string | undefined
}

/** What a ConfigMap or Secret cannot be had for, in the kubelet's words; that it does not exist is none. */
export class ObjectTrouble extends Error {}

interface Registered {
  readonly spec: Pod['spec']
  readonly keys: ReadonlySet<string>
}

interface Mounted {
  readonly seen: readonly SeenObject[]
  readonly outdated: () => void
}

interface Item {
  readonly kind: ReferredKind
  readonly namespace: string
  readonly name: string
  /** How many pods name it. */
  references: number
  /** undefined: nobody has asked for a while, or the object is immutable. */
  reflector: Peeked<Referred> | undefined
  immutable: Referred | undefined
  usedMs: number
  isTimed: boolean
}

/** How long a reading waits for the first list, and how often it looks. */
const patienceMs = 1000
const pollMs = 10
/** Five times the interval at which volumes are looked at; who is idle is looked for once a minute. */
const idleMs = 300_000
const recycleMs = 60_000

export class ObjectCache {
  readonly #p: Process
  readonly #kube: KubeClient
  readonly #klog: Klog
  readonly #minor: number
  readonly #items = new Map<string, Item>()
  readonly #pods = new Map<string, Registered>()
  readonly #mounted = new Map<string, Mounted>()

  /** `minor`: of the kubelet's release, for the words of its log. */
  constructor(
    p: Process,
    { kube, klog, minor }: { readonly kube: KubeClient; readonly klog: Klog; readonly minor: number },
  ) {
    this.#p = p
    this.#kube = kube
    this.#klog = klog
    this.#minor = minor
  }

  /** From now on what the pod names is at hand. To be called whenever the pod may have changed. */
  register(pod: Pod): void {
    const { uid } = pod.metadata
    const before = this.#pods.get(uid)
    if (before?.spec === pod.spec) return
    const keys = referredKeys(pod)
    this.#pods.set(uid, { spec: pod.spec, keys })
    for (const key of keys) this.#item(key).references++
    if (before !== undefined) this.#release(before.keys)
  }

  /** The pod is gone from this machine. */
  unregister(uid: string): void {
    this.#mounted.delete(uid)
    const registered = this.#pods.get(uid)
    if (registered === undefined) return
    this.#pods.delete(uid)
    this.#release(registered.keys)
  }

  /** Resolves with what the object is, as far as is known here; undefined: it does not exist. Rejects with {@link ObjectTrouble}. */
  async get(
    by: Process,
    kind: ReferredKind,
    { namespace, name }: { readonly namespace: string; readonly name: string },
  ): Promise<Referred | undefined> {
    const item = this.#items.get(referredKey(kind, namespace, name))
    if (item === undefined) throw new ObjectTrouble(`object "${namespace}"/"${name}" not registered`)
    if (item.immutable !== undefined) return item.immutable
    item.usedMs = this.#p.monotonic()
    item.reflector ??= this.#reflect(item)
    const { reflector } = item
    if (!(await isSynced(by, reflector)))
      throw new ObjectTrouble(`failed to sync ${kind} cache: timed out waiting for the condition`)
    const object = reflector.get(`${namespace}/${name}`)
    if (object?.immutable === true) {
      item.immutable = object
      this.#stop(item)
    } else this.#stopWhenIdle(item)
    return object
  }

  /** What a pod's volumes are made of now. `outdated` is called whenever something of it is no longer so. */
  mounted(uid: string, seen: readonly SeenObject[], outdated: () => void): void {
    if (seen.length > 0) this.#mounted.set(uid, { seen, outdated })
    else this.#mounted.delete(uid)
  }

  #item(key: string): Item {
    const known = this.#items.get(key)
    if (known !== undefined) return known
    const [kind, namespace = '', name = ''] = key.split('/')
    const item: Item = {
      kind: kind as ReferredKind, // as referredKey writes it
      namespace,
      name,
      references: 0,
      reflector: undefined,
      immutable: undefined,
      usedMs: 0,
      isTimed: false,
    }
    item.reflector = this.#reflect(item)
    this.#items.set(key, item)
    return item
  }

  #release(keys: Iterable<string>): void {
    for (const key of keys) {
      const item = this.#items.get(key)
      if (item === undefined || --item.references > 0) continue
      this.#stop(item)
      this.#items.delete(key)
    }
  }

  #stop(item: Item): void {
    item.reflector?.stop()
    item.reflector = undefined
  }

  /** What is in a volume is looked at with each sync of its pod, so that only what else a pod names is ever idle. */
  #stopWhenIdle(item: Item): void {
    if (item.isTimed || this.#isMounted(item)) return
    item.isTimed = true
    const dueMs = (Math.floor((item.usedMs + idleMs) / recycleMs) + 1) * recycleMs // after that time, never at it
    this.#p.task.after(dueMs - this.#p.monotonic(), () => {
      item.isTimed = false
      if (item.reflector === undefined || this.#isMounted(item)) return
      if (this.#p.monotonic() - item.usedMs > idleMs) this.#stop(item)
      else this.#stopWhenIdle(item)
    })
  }

  #isMounted({ kind, namespace, name }: Item): boolean {
    const key = referredKey(kind, namespace, name)
    for (const { seen } of this.#mounted.values()) if (seen.some((each) => each.key === key)) return true
    return false
  }

  #reflect({ kind, namespace, name }: Item): Peeked<Referred> {
    const reflector: Peeked<Referred> = informer<Referred>(
      this.#p,
      this.#kube,
      { type: typeOf[kind], namespace, fieldSelector: `metadata.name=${name}` },
      {
        onChange: () => reflector.synced && this.#compare(referredKey(kind, namespace, name), reflector),
        onError: reflectorLog(this.#klog, this.#minor, {
          name: `object-"${namespace}"/"${name}"`,
          type: goTypes[kind],
        }),
      },
    )
    return reflector
  }

  #compare(key: string, reflector: Peeked<Referred>): void {
    for (const { seen, outdated } of this.#mounted.values()) {
      const known = seen.find((each) => each.key === key)
      if (known === undefined) continue
      const [, namespace, name] = key.split('/')
      if (reflector.get(`${namespace}/${name}`)?.metadata.resourceVersion !== known.version) outdated()
    }
  }
}

export const referredKey = (kind: ReferredKind, namespace: string, name: string): string =>
  `${kind}/${namespace}/${name}`

/** Whoever has to wait looks every ten milliseconds. */
async function isSynced(by: Process, reflector: Peeked<Referred>): Promise<boolean> {
  if (reflector.synced) return true
  const sinceMs = by.monotonic()
  if (!(await reflector.syncedWithin(by.task, patienceMs))) return false
  const waitedMs = by.monotonic() - sinceMs
  await by.sleep(Math.ceil(waitedMs / pollMs) * pollMs - waitedMs)
  return true
}

function referredKeys(pod: Pod): ReadonlySet<string> {
  const keys = new Set<string>()
  const namespace = pod.metadata.namespace ?? 'default'
  visitReferences(pod, (resource, name) => {
    if (resource !== 'serviceaccounts' && typeof name === 'string')
      keys.add(referredKey(resource === 'secrets' ? 'secret' : 'configmap', namespace, name))
  })
  return keys
}

const typeOf: Readonly<Record<ReferredKind, ResourceType>> = {
  configmap: resources.configMaps,
  secret: resources.secrets,
}

const goTypes: Readonly<Record<ReferredKind, string>> = { configmap: '*v1.ConfigMap', secret: '*v1.Secret' }
