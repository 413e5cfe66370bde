import type { ConfigMap, KubeObject, Secret } from '#lab/api/objects.ts'
import { isKubeError, type Kube, type ResourceType, resources } from '#lab/api/ports.ts'

/**
 * ConfigMaps and Secrets as one sync of one pod sees them: each is read once. Rejects with KubeUnreachable, or KubeError other
 * than NotFound; what does not exist is `undefined`.
 */
export class PodObjects {
  readonly #kube: Kube
  readonly #namespace: string
  readonly #seen = new Map<string, KubeObject | undefined>()

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

  async #get<T extends KubeObject>(type: ResourceType, name: string): Promise<T | undefined> {
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
