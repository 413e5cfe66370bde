import { cluster, pool } from '#lab/ibm/account.ts'
import type { Infrastructure, Worker } from '#lab/ibm/infrastructure.ts'
import type { Product } from '#lab/ibm/product.ts'

const domain = 'ibm-cloud.kubernetes.io'

/**
 * The labels of a worker's node; a cloud controller sets those of machine type and place under their old names, too
 * (kubernetes/cloud-provider:controllers/node/node_controller.go). `version`: of what the provider runs on it, 1.28.15.
 */
export const workerLabels = (
  worker: Worker,
  {
    infrastructure,
    product,
    version,
  }: { readonly infrastructure: Infrastructure; readonly product: Product; readonly version: string },
): Readonly<Record<string, string>> => ({
  'beta.kubernetes.io/instance-type': infrastructure.machineType,
  'failure-domain.beta.kubernetes.io/region': cluster.region,
  'failure-domain.beta.kubernetes.io/zone': worker.zone,
  'node.kubernetes.io/instance-type': infrastructure.machineType,
  'topology.kubernetes.io/region': cluster.region,
  'topology.kubernetes.io/zone': worker.zone,
  [`${domain}/encrypted-docker-data`]: 'true',
  [`${domain}/ha-worker`]: 'true',
  [`${domain}/internal-ip`]: worker.privateIp,
  [`${domain}/machine-type`]: infrastructure.machineType,
  [`${domain}/os`]: product.os,
  [`${domain}/region`]: cluster.region,
  [`${domain}/sgx-enabled`]: 'false',
  [`${domain}/worker-id`]: worker.id,
  [`${domain}/worker-pool-id`]: pool.id,
  [`${domain}/worker-pool-name`]: pool.name,
  [`${domain}/worker-version`]: product.numbered(version),
  [`${domain}/zone`]: worker.zone,
  ...Object.fromEntries(product.roles.map((role) => [`node-role.kubernetes.io/${role}`, ''])),
  ...infrastructure.labels(worker),
})
