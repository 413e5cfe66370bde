import { classicZones, cluster, pool, type Worker } from '#lab/ibm/account.ts'

const domain = 'ibm-cloud.kubernetes.io'

/** The labels of a classic worker's node. `version`: of Kubernetes, 1.28.15. */
export function workerLabels(worker: Worker, version: string): Readonly<Record<string, string>> {
  const zone = classicZones.find(({ name }) => name === worker.zone)
  const [major, minor, patch] = version.split('.')
  return {
    'node.kubernetes.io/instance-type': machineType,
    'topology.kubernetes.io/region': cluster.region,
    'topology.kubernetes.io/zone': worker.zone,
    [`${domain}/encrypted-docker-data`]: 'true',
    [`${domain}/external-ip`]: worker.publicIp,
    [`${domain}/ha-worker`]: 'true',
    [`${domain}/iaas-provider`]: 'softlayer',
    [`${domain}/internal-ip`]: worker.privateIp,
    [`${domain}/machine-type`]: machineType,
    [`${domain}/os`]: 'UBUNTU_20_64',
    [`${domain}/region`]: cluster.region,
    [`${domain}/sgx-enabled`]: 'false',
    [`${domain}/worker-id`]: worker.id,
    [`${domain}/worker-pool-id`]: pool.id,
    [`${domain}/worker-pool-name`]: pool.name,
    [`${domain}/worker-version`]: `${major}.${minor}.${patch}_${fixPack}`,
    [`${domain}/zone`]: worker.zone,
    privateVLAN: zone?.private.id ?? '',
    publicVLAN: zone?.public.id ?? '',
  }
}

export const machineType = 'b3c.4x16.encrypted'
export const fixPack = '1570'
