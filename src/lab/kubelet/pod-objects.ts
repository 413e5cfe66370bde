import type { ConfigMap, Secret } from '#lab/api/objects.ts'
import type { Process } from '#lab/host/ports.ts'
import {
  type ObjectCache,
  type Referred,
  type ReferredKind,
  referredKey,
  type SeenObject,
} from '#lab/kubelet/object-cache.ts'

/**
 * ConfigMaps and Secrets as one sync of one pod sees them: each is read once. Rejects with ObjectTrouble; what does not exist is
 * `undefined`.
 */
export class PodObjects {
  readonly #cache: ObjectCache
  readonly #self: Process
  readonly #namespace: string
  readonly #seen = new Map<string, Referred | undefined>()

  /** `self` waits for what is not at hand yet. */
  constructor(cache: ObjectCache, self: Process, namespace: string) {
    this.#cache = cache
    this.#self = self
    this.#namespace = namespace
  }

  configMap(name: string): Promise<ConfigMap | undefined> {
    return this.#get<ConfigMap>('configmap', name)
  }

  secret(name: string): Promise<Secret | undefined> {
    return this.#get<Secret>('secret', name)
  }

  /** What was read up to now; without what can never change. */
  seen(): readonly SeenObject[] {
    return [...this.#seen].flatMap(([key, object]) =>
      object?.immutable === true ? [] : [{ key, version: object?.metadata.resourceVersion }],
    )
  }

  async #get<T extends Referred>(kind: ReferredKind, name: string): Promise<T | undefined> {
    const namespace = this.#namespace
    const key = referredKey(kind, namespace, name)
    if (!this.#seen.has(key))
      this.#seen.set(key, await this.#cache.get(this.#self, kind, { namespace, name }))
    return this.#seen.get(key) as T | undefined // the key names the kind
  }
}
