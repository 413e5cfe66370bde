import type { ConfigMap, KubeObject, Secret } from '#lab/api/objects.ts'
import { isKubeError, type Kube, type ResourceType, resources } from '#lab/api/ports.ts'
import type { SeenObject } from '#lab/kubelet/mounted-objects.ts'

/**
 * ConfigMaps and Secrets as one sync of one pod sees them: each is read once. Rejects with KubeUnreachable, or KubeError other
 * than NotFound; what does not exist is `undefined`.
 */
export class PodObjects {
  readonly #kube: Kube
  readonly #namespace: string
  readonly #seen = new Map<string, ConfigMap | Secret | undefined>()

  constructor(kube: Kube, namespace: string) {
    this.#kube = kube
    this.#namespace = namespace
  }

  configMap(name: string): Promise<ConfigMap | undefined> {
    return this.#get<ConfigMap>(resources.configMaps, name)
  }

  secret(name: string): Promise<Secret | undefined> {
    return this.#get<Secret>(resources.secrets, name)
  }

  /** What was read up to now; without what can never change. */
  seen(): readonly SeenObject[] {
    return [...this.#seen].flatMap(([key, object]) => {
      if (object !== undefined && object.immutable === true) return []
      const [resource = '', name = ''] = key.split('/')
      return [{ resource, key: `${this.#namespace}/${name}`, version: object?.metadata.resourceVersion }]
    })
  }

  async #get<T extends ConfigMap | Secret>(type: ResourceType, name: string): Promise<T | undefined> {
    const key = `${type.resource}/${name}`
    if (!this.#seen.has(key)) this.#seen.set(key, await this.#read<T>(type, name))
    return this.#seen.get(key) as T | undefined // the key names the type
  }

  async #read<T extends KubeObject>(type: ResourceType, name: string): Promise<T | undefined> {
    try {
      return await this.#kube.get<T>({ type, namespace: this.#namespace, name })
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined
      throw error
    }
  }
}
