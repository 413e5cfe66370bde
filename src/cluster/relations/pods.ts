import { filled, joined, named, type RelationInfo } from '#cluster/relations/relation.ts'

export interface PodRow {
  readonly namespace: string
  readonly name: string
  readonly node?: string
  /** `calico-node`, `calico-typha`, `calico-kube-controllers`, `tigera-operator`; undefined for any other pod. */
  readonly component?: CalicoComponent
  readonly phase?: string
  /** kubectl's STATUS column: Running, CrashLoopBackOff, Init:Error, ContainerCreating … */
  readonly status?: string
  readonly ready?: boolean
  /** kubectl's RESTARTS column: of all containers together, and when the last one was. */
  readonly restarts?: number
  readonly lastRestartAtMs?: number
  readonly ip?: string
  readonly hostNetwork?: boolean
  readonly containers: readonly ContainerRow[]
  readonly createdAtMs?: number
  readonly deleting?: boolean
  /**
   * Whose it is, as `Controlled By` of `kubectl describe` says it: `DaemonSet/calico-node`; of a kind that Kubernetes does not have, with its
   * group: `DaemonSet.apps.kruise.io/calico-node`. `none`: nobody's. Undefined where the source does not show it.
   */
  readonly owner?: string
}

export interface ContainerRow {
  readonly name: string
  readonly init: boolean
  readonly image?: string
  readonly ready?: boolean
  readonly restarts?: number
  readonly state?: 'running' | 'waiting' | 'terminated'
  /** Waiting or terminated reason: CrashLoopBackOff, ImagePullBackOff, Error, OOMKilled … */
  readonly reason?: string
  readonly message?: string
  readonly startedAtMs?: number
  readonly lastTermination?: {
    readonly reason: string
    readonly exitCode: number
    readonly finishedAtMs?: number
  }
  /** As the pod's spec says it; undefined where the source does not show it. */
  readonly runAsUser?: number
  readonly runAsGroup?: number
  readonly privileged?: boolean
  /** Kubernetes' spelling: `10m`, `2`. */
  readonly cpuLimit?: string
  readonly capabilities?: { readonly add: readonly string[]; readonly drop: readonly string[] }
}

export type CalicoComponent = 'calico-node' | 'calico-typha' | 'calico-kube-controllers' | 'tigera-operator'

export const podsInfo: RelationInfo<PodRow> = {
  key: (row) => `${row.namespace}/${row.name}`,
  join: (newer, older) => ({
    ...filled(newer, older),
    containers: joined(newer.containers, older.containers, { by: (one) => one.name }),
  }),
  command: ({ pod, namespace }) =>
    pod === undefined
      ? `kubectl get pods -n ${named({ ...(namespace && { namespace }) }).namespace} -o wide | grep calico-node`
      : `kubectl describe pod -n ${named({ ...(namespace && { namespace }) }).namespace} ${pod}`,
  permission: 'list pods',
  tier: 'api',
  cost: 1,
  carriesSymptoms: true,
}
