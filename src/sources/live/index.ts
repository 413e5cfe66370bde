/** The live source: a cluster's API, its logs, and (deep) looks into calico-node and at nodes, as facts. */
export type { ApiTrouble, ClusterApi, ExecOutput, NodeShell } from './api.ts'
export { clusterApi, clusterWrites } from './cluster-api.ts'
export { inProcessTransport } from './in-process.ts'
export { openCluster } from './open-cluster.ts'
export { type ClusterReading, type ReadOptions, readCluster } from './read-cluster.ts'
export { readRouting } from './read-routing.ts'
export type {
  ApiRequest,
  ApiResponse,
  ClusterIdentity,
  ExecAnswer,
  ExecRequest,
  Transport,
} from './transport.ts'
