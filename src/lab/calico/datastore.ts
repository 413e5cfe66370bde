import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, type InformerOptions, informer } from '#lab/api/informer.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { KubeError, type ListQuery, type ResourceType } from '#lab/api/ports.ts'
import { datastoreError } from '#lab/calico/errors.ts'
import { type Log, raw } from '#lab/calico/log.ts'
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

/**
 * Straight from the API server, which says in the program's log what it may not read (libcalico-go/lib/backend/watchersyncer,
 * watchercache.go). Not imitated: what it says of a server that does not answer, of a type that there is not, and of each resync.
 */
export const kubeDatastore = (p: Process, kube: KubeClient, log: Log): Datastore => ({
  watch: (query, o) =>
    informer(p, kube, query, {
      onError: ({ during, error }) => {
        if (during === 'watch' || !(error instanceof KubeError) || error.code === 404) return
        log.info('watchercache.go 194', 'Failed to perform list of current data during resync', {
          ListRoot: `/calico/resources/v3/projectcalico.org/${nameOf(query.type)}`,
          error: raw(datastoreError(error, query.type.resource).text),
        })
      },
      ...o,
    }),
})

/** What is kept as an object of Kubernetes' own has another name in Calico (libcalico-go/lib/apis/v3). */
function nameOf({ group, resource }: ResourceType): string {
  if (resource === 'pods') return 'workloadendpoints'
  return group === 'networking.k8s.io' ? `kubernetes${resource}` : resource
}
