/** The live source: a cluster's API, its logs, and (deep) looks into calico-node and at nodes, as facts. */
export type { ApiTrouble, ClusterApi, ExecOutput, NodeShell } from '#sources/live/api.ts'
export { clusterApi, clusterWrites } from '#sources/live/cluster-api.ts'
export { inProcessTransport } from '#sources/live/in-process.ts'
export { openCluster } from '#sources/live/open-cluster.ts'
export { type ClusterReading, type ReadOptions, readCluster } from '#sources/live/read-cluster.ts'
export { readRouting } from '#sources/live/read-routing.ts'
export type {
  ApiRequest,
  ApiResponse,
  ClusterIdentity,
  ExecAnswer,
  ExecRequest,
  Transport,
} from '#sources/live/transport.ts'
