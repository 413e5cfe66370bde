import { cluster, pool } from '#lab/ibm/account.ts'
import type { Infrastructure, Worker } from '#lab/ibm/infrastructure.ts'

const domain = 'ibm-cloud.kubernetes.io'

/** The labels of a worker's node. `version`: of Kubernetes, 1.28.15. */
export const workerLabels = (
  worker: Worker,
  { infrastructure, version }: { readonly infrastructure: Infrastructure; readonly version: string },
): Readonly<Record<string, string>> => ({
  'node.kubernetes.io/instance-type': infrastructure.machineType,
  'topology.kubernetes.io/region': cluster.region,
  'topology.kubernetes.io/zone': worker.zone,
  [`${domain}/encrypted-docker-data`]: 'true',
  [`${domain}/ha-worker`]: 'true',
  [`${domain}/internal-ip`]: worker.privateIp,
  [`${domain}/machine-type`]: infrastructure.machineType,
  [`${domain}/os`]: 'UBUNTU_20_64',
  [`${domain}/region`]: cluster.region,
  [`${domain}/sgx-enabled`]: 'false',
  [`${domain}/worker-id`]: worker.id,
  [`${domain}/worker-pool-id`]: pool.id,
  [`${domain}/worker-pool-name`]: pool.name,
  [`${domain}/worker-version`]: `${version}_${fixPack}`,
  [`${domain}/zone`]: worker.zone,
  ...infrastructure.labels(worker),
})

export const fixPack = '1570'
