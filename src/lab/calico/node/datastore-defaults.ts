import type { KubeClient } from '#lab/api/client.ts'
import type {
  BGPConfiguration,
  ClusterInformation,
  Draft,
  FelixConfiguration,
  IPPool,
  KubeObject,
} from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import { datastoreError } from '#lab/calico/errors.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { terminate } from '#lab/calico/node/node-name.ts'
import { type Release, releaseOf } from '#lab/calico/release.ts'
import type { Process } from '#lab/host/ports.ts'

const apiVersion = 'crd.projectcalico.org/v1'

/**
 * What the first calico-node of a cluster writes: the default pool, ClusterInformation, FelixConfiguration, tiers
 * (projectcalico/calico:node/pkg/lifecycle/startup/startup.go, configureIPPools and ensureDefaultConfig).
 * Not imitated: pools from kubeadm's or Rancher's ConfigMap, IPv6 pools.
 */
export async function ensureDatastore(p: Process, kube: KubeClient, log: Log): Promise<void> {
  await ensurePool(p, kube, log)
  try {
    await ensureClusterInformation(p, kube)
    await ensureTiers(kube, releaseOf(p.version))
    await ensureFelixConfiguration(kube, releaseOf(p.version))
    if (releaseOf(p.version).defaultsWriteBgpConfiguration) await ensureBgpConfiguration(kube)
  } catch (error) {
    const { text } = datastoreError(error, 'ClusterInformation(default)')
    log.error('startup.go 207', 'Unable to set global default configuration', { error: raw(text) })
    terminate(log)
  }
}

async function ensurePool(p: Process, kube: KubeClient, log: Log): Promise<void> {
  const { NO_DEFAULT_POOLS, CALICO_IPV4POOL_CIDR: cidr } = p.env
  if (NO_DEFAULT_POOLS?.toLowerCase() === 'true')
    return log.info('startup.go 755', 'Skipping IP pool configuration')
  if (cidr === 'none') return log.info('startup.go 765', 'Skipping IPv4 pool configuration')
  try {
    const { items } = await kube.list<IPPool>({ type: resources.ipPools })
    if (items.some((pool) => !pool.spec.cidr.includes(':'))) return
    await createPool(p, kube, log, cidr ?? '192.168.0.0/16')
  } catch (error) {
    const { text } = datastoreError(error, 'IPPool')
    log.error('startup.go 878', 'Unable to fetch IP pool list', { error: raw(text) })
    terminate(log)
  }
}

async function createPool(p: Process, kube: KubeClient, log: Log, cidr: string): Promise<void> {
  const ipipMode = encapsulation(p.env.CALICO_IPV4POOL_IPIP ?? 'Always')
  const vxlanMode = encapsulation(p.env.CALICO_IPV4POOL_VXLAN ?? 'Never')
  const modes = `IPIP mode: ${ipipMode}, VXLAN mode: ${vxlanMode}, DisableBGPExport: false`
  log.info('startup.go 966', `Ensure default IPv4 pool is created. ${modes}`)
  const spec = {
    allowedUses: ['Workload', 'Tunnel'],
    blockSize: Number(p.env.CALICO_IPV4POOL_BLOCK_SIZE ?? 26),
    cidr,
    ipipMode,
    natOutgoing: p.env.CALICO_IPV4POOL_NAT_OUTGOING !== 'false',
    nodeSelector: p.env.CALICO_IPV4POOL_NODE_SELECTOR ?? 'all()',
    vxlanMode,
  }
  await createUnlessThere<IPPool>(kube, resources.ipPools, {
    apiVersion,
    kind: 'IPPool',
    metadata: { name: 'default-ipv4-ippool' },
    spec,
  })
  log.info(
    'startup.go 976',
    `Created default IPv4 pool (${cidr}) with NAT outgoing ${spec.natOutgoing}. ${modes}`,
  )
}

function encapsulation(mode: string): 'Always' | 'CrossSubnet' | 'Never' {
  const known = { always: 'Always', crosssubnet: 'CrossSubnet', 'cross-subnet': 'CrossSubnet' } as const
  const name = mode.toLowerCase()
  return name in known ? known[name as keyof typeof known] : 'Never' // checked on this line
}

async function ensureClusterInformation(p: Process, kube: KubeClient): Promise<void> {
  const type = resources.clusterInformations
  const calicoVersion = releaseOf(p.version).name
  const clusterType = `${p.env.CLUSTER_TYPE ?? ''},kdd`.replace(/^,/, '')
  const known = await getOrNone<ClusterInformation>(kube, type, 'default')
  if (!known) {
    const clusterGUID = p.random.fork('cluster guid').uuid().replaceAll('-', '')
    const spec = { calicoVersion, clusterGUID, clusterType, datastoreReady: true }
    await createUnlessThere<ClusterInformation>(kube, type, {
      apiVersion,
      kind: 'ClusterInformation',
      metadata: { name: 'default' },
      spec,
    })
  } else if (known.spec.calicoVersion !== calicoVersion) {
    await kube.update(type, { ...known, spec: { ...known.spec, calicoVersion, clusterType } })
  }
}

interface Tier extends KubeObject {
  readonly spec: { readonly defaultAction: 'Deny' | 'Pass'; readonly order: number }
}

const tiers: ResourceType = { group: 'crd.projectcalico.org', version: 'v1', resource: 'tiers' }

async function ensureTiers(kube: KubeClient, release: Release): Promise<void> {
  for (const { name, order, defaultAction } of release.tiers)
    if (!(await getOrNone(kube, tiers, name)))
      await createUnlessThere<Tier>(kube, tiers, {
        apiVersion,
        kind: 'Tier',
        metadata: { name },
        spec: { defaultAction, order },
      })
}

async function ensureFelixConfiguration(kube: KubeClient, { bpfDefaults }: Release): Promise<void> {
  const type = resources.felixConfigurations
  if (await getOrNone<FelixConfiguration>(kube, type, 'default')) return
  await createUnlessThere<FelixConfiguration>(kube, type, {
    apiVersion,
    kind: 'FelixConfiguration',
    metadata: { name: 'default' },
    spec: {
      ...(bpfDefaults
        ? { bpfConnectTimeLoadBalancing: 'TCP', bpfHostNetworkedNATWithoutCTLB: 'Enabled' }
        : { bpfLogLevel: '' }),
      floatingIPs: 'Disabled',
      logSeverityScreen: 'Info',
      reportingInterval: '0s',
    },
  })
}

async function ensureBgpConfiguration(kube: KubeClient): Promise<void> {
  const type = resources.bgpConfigurations
  if (await getOrNone<BGPConfiguration>(kube, type, 'default')) return
  await createUnlessThere<BGPConfiguration>(kube, type, {
    apiVersion,
    kind: 'BGPConfiguration',
    metadata: { name: 'default' },
    spec: {},
  })
}

async function getOrNone<T extends KubeObject>(
  kube: KubeClient,
  type: ResourceType,
  name: string,
): Promise<T | undefined> {
  try {
    return await kube.get<T>({ type, name })
  } catch (error) {
    if (datastoreError(error, name).kind === 'missing') return undefined
    throw error
  }
}

/** Several nodes start at once; the second to come finds it done. */
async function createUnlessThere<T extends KubeObject>(
  kube: KubeClient,
  type: ResourceType,
  object: Draft<T>,
): Promise<void> {
  try {
    await kube.create<T>(type, object)
  } catch (error) {
    if (datastoreError(error, '').kind !== 'exists') throw error
  }
}
