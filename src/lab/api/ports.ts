/** The Kubernetes API as a program of the lab uses it. */
import { Quiet } from '#base/quiet.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import type { Snapshot } from '#lab/api/snapshot.ts'

/** Which resource, by the names of the URL: `{ group: 'apps', version: 'v1', resource: 'daemonsets' }`. Core group is ''. */
export interface ResourceType {
  readonly group: string
  readonly version: string
  readonly resource: string
}

const type = (resource: string, group = '', version = 'v1'): ResourceType => ({ group, version, resource })
const calico = (resource: string): ResourceType => type(resource, 'crd.projectcalico.org')

export const resources = {
  nodes: type('nodes'),
  pods: type('pods'),
  services: type('services'),
  endpoints: type('endpoints'),
  resourceQuotas: type('resourcequotas'),
  limitRanges: type('limitranges'),
  events: type('events'),
  eventsV1: type('events', 'events.k8s.io'),
  namespaces: type('namespaces'),
  configMaps: type('configmaps'),
  secrets: type('secrets'),
  serviceAccounts: type('serviceaccounts'),
  daemonSets: type('daemonsets', 'apps'),
  deployments: type('deployments', 'apps'),
  replicaSets: type('replicasets', 'apps'),
  replicationControllers: type('replicationcontrollers'),
  statefulSets: type('statefulsets', 'apps'),
  jobs: type('jobs', 'batch'),
  cronJobs: type('cronjobs', 'batch'),
  controllerRevisions: type('controllerrevisions', 'apps'),
  autoscalers: type('horizontalpodautoscalers', 'autoscaling', 'v2'),
  podMetrics: type('pods', 'metrics.k8s.io', 'v1beta1'),
  endpointSlices: type('endpointslices', 'discovery.k8s.io'),
  signingRequests: type('certificatesigningrequests', 'certificates.k8s.io'),
  accessReviews: type('subjectaccessreviews', 'authorization.k8s.io'),
  tokenReviews: type('tokenreviews', 'authentication.k8s.io'),
  leases: type('leases', 'coordination.k8s.io'),
  volumeClaims: type('persistentvolumeclaims'),
  volumes: type('persistentvolumes'),
  storageClasses: type('storageclasses', 'storage.k8s.io'),
  csiNodes: type('csinodes', 'storage.k8s.io'),
  definitions: type('customresourcedefinitions', 'apiextensions.k8s.io'),
  apiServices: type('apiservices', 'apiregistration.k8s.io'),
  podDisruptionBudgets: type('poddisruptionbudgets', 'policy'),
  priorityClasses: type('priorityclasses', 'scheduling.k8s.io'),
  ipPools: calico('ippools'),
  blockAffinities: calico('blockaffinities'),
  ipamBlocks: calico('ipamblocks'),
  ipamHandles: calico('ipamhandles'),
  ipamConfigs: calico('ipamconfigs'),
  bgpConfigurations: calico('bgpconfigurations'),
  bgpPeers: calico('bgppeers'),
  bgpFilters: calico('bgpfilters'),
  clusterInformations: calico('clusterinformations'),
  felixConfigurations: calico('felixconfigurations'),
  hostEndpoints: calico('hostendpoints'),
} as const

export interface ObjectRef {
  readonly type: ResourceType
  readonly namespace?: string
  readonly name: string
}

export interface ListQuery {
  readonly type: ResourceType
  readonly namespace?: string // omitted: all namespaces
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** How fresh the list has to be at least, as a reflector asks (0: as it comes, empty: the newest); the lab's server is never behind. */
  readonly resourceVersion?: string
}

/** An answer of the server other than 2xx, as its Status object says. */
export class KubeError extends Quiet {
  readonly code: number
  readonly reason: string

  constructor(code: number, reason: string, message: string) {
    super(message)
    this.name = 'KubeError'
    this.code = code
    this.reason = reason
  }
}

/**
 * No answer: the message is what client-go prints, with what was asked before it, as net/url's Error has it:
 * `Get "https://10.0.0.11:6443/api/v1/nodes/n1": dial tcp 10.0.0.11:6443: connect: connection refused`.
 */
export class KubeUnreachable extends Quiet {
  override readonly name = 'KubeUnreachable'
  /** Whether a request had no answer at all, rather than one that broke off. */
  readonly isUnanswered: boolean

  constructor(message: string, { isUnanswered = false }: { readonly isUnanswered?: boolean } = {}) {
    super(message)
    this.isUnanswered = isUnanswered
  }
}

export const isKubeError = (error: unknown, reason?: string): error is KubeError =>
  error instanceof KubeError && (reason === undefined || error.reason === reason)

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

export interface WriteOptions {
  readonly fieldManager?: string
  readonly timeoutMs?: number
}

export type Change<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }

export interface KubeList<T extends KubeObject> {
  /** In the order of keys. */
  readonly items: readonly T[]
  readonly resourceVersion: string
  /** Of a list of everything of one kind, for who goes on to watch it. */
  readonly snapshot?: Snapshot<T>
}

/** A running watch. */
export interface Watch<T> {
  /** Hands over what has come and what comes, in order, as it comes. */
  follow(by: WatchReader<T>): void
  /** What has come that is only told when somebody looks: see {@link WatchQuery.unhurried}. */
  look?(): readonly Change<T>[]
  close(): void
}

export interface WatchReader<T> {
  /** Takes what has come together at once, after what other watches on the same connection have told in between. */
  readonly together?: true
  changes(changes: readonly Change<T>[]): void
  /** Once, when nothing more will come: KubeError 410 or KubeUnreachable. */
  over(error: Error): void
}

export interface WatchQuery extends ListQuery {
  readonly resourceVersion: string
  /** Nobody waits for changes: who follows may be told of them late, who looks is not. */
  readonly unhurried?: true
}

/** Every call rejects with {@link KubeError} or {@link KubeUnreachable}. Objects that come back are frozen. */
export interface Kube {
  get<T extends KubeObject>(
    ref: ObjectRef,
    o?: { readonly timeoutMs?: number; readonly subresource?: 'scale' },
  ): Promise<T>
  list<T extends KubeObject>(query: ListQuery, o?: { readonly timeoutMs?: number }): Promise<KubeList<T>>
  watch<T extends KubeObject>(query: WatchQuery): Watch<T>
  create<T extends KubeObject>(type: ResourceType, object: Draft<T>, o?: WriteOptions): Promise<T>
  /** PUT; a stale resourceVersion is a KubeError with reason Conflict. */
  update<T extends KubeObject>(
    type: ResourceType,
    object: T,
    o?: WriteOptions & { readonly subresource?: string },
  ): Promise<T>
  patch<T extends KubeObject>(
    ref: ObjectRef,
    patch: { readonly type: PatchType; readonly body: unknown },
    o?: WriteOptions & { readonly subresource?: string },
  ): Promise<T>
  delete(
    ref: ObjectRef,
    o?: { readonly gracePeriodSeconds?: number; readonly uid?: string; readonly timeoutMs?: number },
  ): Promise<void>
  /** POST to a subresource: `serviceaccounts/x/token`, `pods/x/binding`, `pods/x/eviction`. */
  post(
    ref: ObjectRef,
    subresource: string,
    body: unknown,
    o?: { readonly timeoutMs?: number },
  ): Promise<unknown>
}
