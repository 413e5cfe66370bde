import type { ContainerDef, KubeObject } from '#lab/api/objects.ts'
import type { InstallationStatus } from '#lab/calico/operator/installation-status.ts'
import type { Release } from '#lab/calico/release.ts'

export interface IpPoolSpec {
  readonly name?: string
  readonly cidr: string
  readonly encapsulation?: 'IPIP' | 'VXLAN' | 'IPIPCrossSubnet' | 'VXLANCrossSubnet' | 'None'
  readonly natOutgoing?: 'Enabled' | 'Disabled'
  readonly nodeSelector?: string
  readonly blockSize?: number
  readonly disableBGPExport?: boolean
  readonly allowedUses?: readonly string[]
}

type Resources = NonNullable<ContainerDef['resources']>

/** What an owner wants otherwise in the pods of one workload (tigera/operator:api/v1/typha_deployment_types.go). */
interface WorkloadOverrides {
  readonly spec?: {
    readonly template?: {
      readonly spec?: {
        readonly containers?: readonly { readonly name: string; readonly resources?: Resources }[]
      }
    }
  }
}

/** The fields of an Installation that the lab's operator reads (tigera/operator:api/v1/installation_types.go). */
export interface InstallationSpec {
  readonly variant?: 'Calico'
  /** Not imitated: what else it changes (folders of CNI). */
  readonly kubernetesProvider?: 'OpenShift'
  readonly registry?: string
  readonly cni?: { readonly type?: string; readonly ipam?: { readonly type?: string } }
  readonly calicoNetwork?: {
    readonly bgp?: 'Enabled' | 'Disabled'
    readonly hostPorts?: 'Enabled' | 'Disabled'
    readonly mtu?: number
    readonly linuxDataplane?: string
    readonly nodeAddressAutodetectionV4?: {
      readonly firstFound?: boolean
      readonly interface?: string
      readonly skipInterface?: string
      readonly canReach?: string
      readonly cidrs?: readonly string[]
      readonly kubernetes?: string
    }
    readonly ipPools?: readonly IpPoolSpec[]
    readonly containerIPForwarding?: 'Enabled' | 'Disabled'
    readonly multiInterfaceMode?: string
  }
  readonly controlPlaneReplicas?: number
  readonly nodeUpdateStrategy?: {
    readonly type?: string
    readonly rollingUpdate?: { readonly maxUnavailable?: number | string }
  }
  readonly nonPrivileged?: 'Enabled' | 'Disabled'
  readonly componentResources?: readonly {
    readonly componentName: string
    readonly resourceRequirements?: Resources
  }[]
  readonly calicoNodeDaemonSet?: WorkloadOverrides
  readonly typhaDeployment?: WorkloadOverrides
  readonly flexVolumePath?: string
  readonly kubeletVolumePluginPath?: string
  readonly [other: string]: unknown
}

export interface Installation extends KubeObject {
  readonly spec: InstallationSpec
  readonly status?: InstallationStatus
}

/** What the operator writes into an Installation where its owner said nothing (pkg/controller/installation/core_controller.go). */
export function withDefaults(spec: InstallationSpec): InstallationSpec {
  const network = spec.calicoNetwork ?? {}
  return {
    ...spec,
    variant: spec.variant ?? 'Calico',
    cni: { type: 'Calico', ...spec.cni, ipam: { type: 'Calico', ...spec.cni?.ipam } },
    calicoNetwork: {
      ...network,
      bgp: network.bgp ?? 'Enabled',
      hostPorts: network.hostPorts ?? 'Enabled',
      linuxDataplane: network.linuxDataplane ?? 'Iptables',
      multiInterfaceMode: network.multiInterfaceMode ?? 'None',
      nodeAddressAutodetectionV4: network.nodeAddressAutodetectionV4 ?? { firstFound: true },
      ipPools: (network.ipPools ?? [{ cidr: '192.168.0.0/16' }]).map(poolDefaults),
    },
    controlPlaneReplicas: spec.controlPlaneReplicas ?? 2,
    nodeUpdateStrategy: {
      type: 'RollingUpdate',
      ...spec.nodeUpdateStrategy,
      rollingUpdate: { maxUnavailable: 1, ...spec.nodeUpdateStrategy?.rollingUpdate },
    },
    nonPrivileged: spec.nonPrivileged ?? 'Disabled',
  }
}

const poolDefaults = (pool: IpPoolSpec, index: number): IpPoolSpec => ({
  ...pool,
  name: pool.name ?? (index === 0 ? 'default-ipv4-ippool' : pool.cidr.replace(/[./]/g, '-')),
  encapsulation: pool.encapsulation ?? 'IPIP',
  natOutgoing: pool.natOutgoing ?? 'Enabled',
  nodeSelector: pool.nodeSelector ?? 'all()',
  blockSize: pool.blockSize ?? 26,
  disableBGPExport: pool.disableBGPExport ?? false,
  allowedUses: pool.allowedUses ?? ['Workload', 'Tunnel'],
})

/** Why an Installation cannot be used (pkg/controller/installation/validation.go); undefined when it can. */
export function invalid(
  { variant, cni, calicoNetwork, nonPrivileged }: InstallationSpec,
  { allowsNonPrivileged }: Release,
): string | undefined {
  if (variant !== undefined && variant !== 'Calico') return `invalid variant: ${variant}`
  if (cni?.type !== undefined && cni.type !== 'Calico') return `Invalid spec.cni.type: ${cni.type}` // the other plugins are no part of the lab
  if (nonPrivileged === 'Enabled' && !allowsNonPrivileged)
    return 'non-privileged Calico is deprecated and cannot be Enabled; please, remove this field from your installation spec'
  if (nonPrivileged === 'Enabled' && calicoNetwork?.linuxDataplane === 'BPF')
    return 'Non-privileged Calico is not supported when BPF dataplane is enabled'
  const pools = calicoNetwork?.ipPools ?? []
  const bgp = calicoNetwork?.bgp ?? 'Enabled'
  for (const { cidr, encapsulation, blockSize = 26 } of pools) {
    if (!/^\d+\.\d+\.\d+\.\d+\/\d+$/.test(cidr))
      return `ipPool.cidr(${cidr}) is invalid: invalid CIDR address: ${cidr}`
    if (blockSize < 20 || blockSize > 32)
      return `ipPool.blockSize must be greater than 19 and less than or equal to 32`
    if (bgp === 'Disabled' && (encapsulation === 'IPIP' || encapsulation === 'IPIPCrossSubnet'))
      return 'IPIP encapsulation requires that BGP is enabled'
  }
  return undefined
}

/** `IP_AUTODETECTION_METHOD` for what an Installation asks. */
export function autodetectionMethod({ calicoNetwork }: InstallationSpec): string {
  const asked = calicoNetwork?.nodeAddressAutodetectionV4 ?? {}
  if (asked.interface) return `interface=${asked.interface}`
  if (asked.skipInterface) return `skip-interface=${asked.skipInterface}`
  if (asked.canReach) return `can-reach=${asked.canReach}`
  if (asked.cidrs) return `cidr=${asked.cidrs.join(',')}`
  if (asked.kubernetes === 'NodeInternalIP') return 'kubernetes-internal-ip'
  return 'first-found'
}
