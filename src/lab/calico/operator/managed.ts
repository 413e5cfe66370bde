import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type ResourceType, resources } from '#lab/api/ports.ts'
import { keyOf } from '#lab/api/store.ts'
import { covers } from '#lab/calico/operator/covers.ts'
import { calicoSystem } from '#lab/calico/operator/rendering.ts'
import type { Process } from '#lab/host/ports.ts'

const rbac = (resource: string): ResourceType => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  resource,
})

/** Kinds that the operator writes, and which part of an object of that kind is its own. */
const kinds: Readonly<Record<string, { readonly type: ResourceType; readonly own: readonly string[] }>> = {
  Namespace: { type: resources.namespaces, own: [] },
  Secret: { type: resources.secrets, own: ['data'] },
  ConfigMap: { type: resources.configMaps, own: ['data'] },
  ServiceAccount: { type: resources.serviceAccounts, own: [] },
  ClusterRole: { type: rbac('clusterroles'), own: ['rules'] },
  ClusterRoleBinding: { type: rbac('clusterrolebindings'), own: ['roleRef', 'subjects'] },
  Service: { type: resources.services, own: [] },
  PodDisruptionBudget: { type: resources.podDisruptionBudgets, own: ['spec'] },
  Deployment: { type: resources.deployments, own: ['spec'] },
  DaemonSet: { type: resources.daemonSets, own: ['spec'] },
}

const clusterWide = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding'])

/** The objects of an installation as they are, and as they should be (tigera/operator:pkg/controller/utils/component.go). */
export class Managed {
  readonly #kube: KubeClient
  readonly #informers = new Map<string, Informer<KubeObject>>()

  /** `onChange` hears of every change that is more than a status. */
  constructor(p: Process, kube: KubeClient, onChange: () => void) {
    this.#kube = kube
    for (const [kind, { type }] of Object.entries(kinds)) {
      const query = clusterWide.has(kind) ? { type } : { type, namespace: calicoSystem }
      this.#informers.set(
        kind,
        informer<KubeObject>(p, kube, query, {
          onChange: ({ type: change, object, previous }) => {
            const { generation } = object.metadata
            const isStatus = generation !== undefined && previous?.metadata.generation === generation
            if (change === 'MODIFIED' && isStatus) return
            onChange()
          },
        }),
      )
    }
  }

  async untilSynced(p: Process): Promise<void> {
    for (const each of this.#informers.values()) await each.untilSynced(p.task)
  }

  /** Creates what is missing, and puts right what is otherwise than rendered. Rejects as the API client does. */
  async apply(objects: readonly Draft<KubeObject>[]): Promise<void> {
    for (const object of objects) await this.#one(object)
  }

  async #one(wanted: Draft<KubeObject>): Promise<void> {
    const kind = kinds[wanted.kind]
    if (!kind) throw new TypeError(`the operator renders no ${wanted.kind}`)
    const { name, namespace } = wanted.metadata
    const known = this.#informers.get(wanted.kind)?.get(keyOf(namespace, name ?? ''))
    if (!known) {
      await this.#create(kind.type, wanted)
      return
    }
    if (known.metadata.deletionTimestamp !== undefined || isRight(known, wanted, kind.own)) return
    const own = Object.fromEntries(kind.own.map((part) => [part, (wanted as Parts)[part]]))
    await this.#kube.update(kind.type, { ...known, ...own, metadata: merged(known, wanted) })
  }

  /** Somebody may have been faster; the next round sees what they made. */
  async #create(type: ResourceType, wanted: Draft<KubeObject>): Promise<void> {
    try {
      await this.#kube.create(type, wanted)
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error
    }
  }
}

type Parts = Readonly<Record<string, unknown>>

const isRight = (actual: KubeObject, wanted: Draft<KubeObject>, own: readonly string[]): boolean =>
  own.every((part) => covers((actual as unknown as Parts)[part], (wanted as Parts)[part])) &&
  covers(actual.metadata.labels ?? {}, wanted.metadata.labels ?? {}, 'labels')

const merged = (actual: KubeObject, wanted: Draft<KubeObject>): KubeObject['metadata'] => ({
  ...actual.metadata,
  labels: { ...actual.metadata.labels, ...wanted.metadata.labels },
})
