/**
 * The live source: a cluster's API, its logs, and (deep) looks into calico-node and at nodes, as facts.
 *
 * What opens sockets has doors of its own, loaded only where a cluster is opened: `open-cluster.ts` (by kubeconfig) and
 * `socket-transport.ts` (by address).
 */
export type { ApiTrouble, ClusterApi, ExecOutput, NodeShell, ProviderShell } from '#sources/live/api.ts'
export type { Budget } from '#sources/live/budget.ts'
export { clusterApi, clusterWrites, providerInTime, shellInTime } from '#sources/live/cluster-api.ts'
export { type Commands, commandsFor } from '#sources/live/commands.ts'
export { kubeProxyPodOf } from '#sources/live/deep/container-shell.ts'
export { inProcessTransport } from '#sources/live/in-process.ts'
export {
  type ClusterReading,
  type LiveStage,
  type ReadOptions,
  readCluster,
} from '#sources/live/read-cluster.ts'
export { readRouting } from '#sources/live/read-routing.ts'
export type {
  ApiRequest,
  ApiResponse,
  ClusterIdentity,
  ExecAnswer,
  ExecRequest,
  Transport,
} from '#sources/live/transport.ts'
