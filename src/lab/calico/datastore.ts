import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, type InformerOptions, informer } from '#lab/api/informer.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import type { ListQuery } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'

/** Where Felix and confd hear of the cluster: the API server itself, or a Typha between (libcalico-go/lib/backend/api, Syncer). */
export interface Datastore {
  watch<T extends KubeObject>(query: ListQuery, o?: InformerOptions<T>): Informer<T>
}

/** Of a resource that this release does not know. */
export const noInformer = <T>(): Informer<T> => ({
  synced: true,
  version: 0,
  get: () => undefined,
  has: () => false,
  list: () => none,
  changed: async () => {},
  untilSynced: async () => {},
  stop: () => {},
})

/** One value, so that what is remembered for it is found again. */
const none: readonly never[] = []

/** Straight from the API server. */
export const kubeDatastore = (p: Process, kube: KubeClient): Datastore => ({
  watch: (query, o) => informer(p, kube, query, o),
})
