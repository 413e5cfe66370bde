/** The keys of the objects that configure Calico, and of the files from which it is installed. */

export type SettingsKind =
  | 'FelixConfiguration'
  | 'BGPConfiguration'
  | 'Installation'
  | 'KubeControllersConfiguration'
  | 'IPAMConfig'
  | 'ClusterInformation'

export type RowsKind =
  | 'IPPool'
  | 'BGPPeer'
  | 'IPAMBlock'
  | 'BlockAffinity'
  | 'CalicoNode'
  | 'HostEndpoint'
  | 'KubernetesPolicy'
  | 'CalicoPolicy'
  | 'Role'
  | 'Webhooks'
  | 'APIService'
  | 'Endpoints'
  | 'NodeAnnotations'
  | 'CalicoConfig'

/** `PodSpec`, `Container`: parts of a pod template. `Cluster`: address ranges. `CNI`: a CNI configuration. */
export type KeyKind = SettingsKind | RowsKind | 'PodSpec' | 'Container' | 'CNI' | 'Cluster' | 'Installer'

export interface KeyHome {
  readonly kind: KeyKind
  /** The path that leads to the key: `calicoNetwork.ipPools.`. */
  readonly under?: string
  /** Others have this key too; it decides only where no other key does. */
  readonly isWeak?: true
}

export const network = 'calicoNetwork.'
export const pools = `${network}ipPools.`
export const autodetection = `${network}nodeAddressAutodetectionV4.`

const keysOf = (
  kind: KeyKind,
  keys: string,
  more: Omit<KeyHome, 'kind'> = {},
): readonly (readonly [string, KeyHome])[] =>
  keys
    .trim()
    .split(/\s+/)
    .map((key) => [key, { kind, ...more }] as const)

/**
 * @see projectcalico/calico:api/pkg/apis/projectcalico/v3 (felixconfig.go, bgpconfig.go, ippool.go …)
 * @see tigera/operator:api/v1/installation_types.go
 */
export const homes: ReadonlyMap<string, KeyHome> = new Map([
  ...keysOf(
    'FelixConfiguration',
    `useInternalDataplaneDriver dataplaneDriver dataplaneWatchdogTimeout ipv6Support routeRefreshInterval
    interfaceRefreshInterval iptablesRefreshInterval iptablesPostWriteCheckInterval iptablesLockFilePath iptablesLockTimeout
    iptablesLockProbeInterval featureDetectOverride featureGates ipsetsRefreshInterval maxIpsetSize iptablesBackend
    xdpRefreshInterval netlinkTimeout metadataAddr metadataPort openstackRegion interfacePrefix interfaceExclude
    chainInsertMode defaultEndpointToHostAction iptablesFilterAllowAction iptablesMangleAllowAction iptablesFilterDenyAction
    logFilePath logSeverityFile logSeveritySys logDebugFilenameRegex ipipEnabled ipipMTU vxlanEnabled vxlanMTU vxlanMTUV6
    vxlanPort vxlanVNI allowVXLANPacketsFromWorkloads allowIPIPPacketsFromWorkloads reportingInterval reportingTTL
    endpointReportingEnabled endpointReportingDelay endpointStatusPathPrefix iptablesMarkMask disableConntrackInvalidCheck
    healthEnabled healthHost healthPort healthTimeoutOverrides prometheusMetricsEnabled prometheusMetricsHost
    prometheusGoMetricsEnabled prometheusProcessMetricsEnabled prometheusWireGuardMetricsEnabled failsafeInboundHostPorts
    failsafeOutboundHostPorts kubeNodePortRanges policySyncPathPrefix usageReportingEnabled natPortRange natOutgoingAddress
    deviceRouteSourceAddress deviceRouteSourceAddressIPv6 deviceRouteProtocol removeExternalRoutes ipForwarding
    externalNodesList debugMemoryProfilePath debugDisableLogDropping iptablesNATOutgoingInterfaceFilter
    sidecarAccelerationEnabled xdpEnabled genericXDPEnabled nftablesMode nftablesRefreshInterval nftablesFilterAllowAction
    nftablesMangleAllowAction nftablesFilterDenyAction nftablesMarkMask bpfEnabled bpfDisableUnprivileged bpfLogLevel
    bpfLogFilters bpfCTLBLogFilter bpfDataIfacePattern bpfL3IfacePattern bpfConnectTimeLoadBalancingEnabled
    bpfConnectTimeLoadBalancing bpfHostNetworkedNATWithoutCTLB bpfExternalServiceMode bpfDSROptoutCIDRs
    bpfExtToServiceConnmark bpfKubeProxyIptablesCleanupEnabled bpfKubeProxyMinSyncPeriod bpfKubeProxyEndpointSlicesEnabled
    bpfPSNATPorts bpfMapSizeNATFrontend bpfMapSizeNATBackend bpfMapSizeNATAffinity bpfMapSizeRoute bpfMapSizeConntrack
    bpfMapSizeIPSets bpfMapSizeIfState bpfHostConntrackBypass bpfEnforceRPF bpfPolicyDebugEnabled
    bpfForceTrackPacketsFromIfaces bpfDisableGROForIfaces bpfExcludeCIDRsFromNAT bpfRedirectToPeer bpfProfiling
    bpfAttachType routeSource routeTableRanges routeTableRange routeSyncDisabled wireguardEnabled wireguardEnabledV6
    wireguardThreadingEnabled wireguardListeningPort wireguardListeningPortV6 wireguardRoutingRulePriority
    wireguardInterfaceName wireguardInterfaceNameV6 wireguardMTU wireguardMTUV6 wireguardHostEncryptionEnabled
    wireguardKeepAlive awsSrcDstCheck serviceLoopPrevention workloadSourceSpoofing mtuIfacePattern floatingIPs
    windowsManageFirewallRules windowsNetworkName goGCThreshold goMemoryLimitMB cgroupV2Path flowLogsGoldmaneServer
    flowLogsFlushInterval requireMTUFile ipv4ElevatedRoutePriority localSubnetL2Reachability`,
  ),
  ...keysOf(
    'BGPConfiguration',
    `nodeToNodeMeshEnabled serviceLoadBalancerIPs serviceExternalIPs serviceClusterIPs serviceLoadBalancerAggregation
    prefixAdvertisements nodeMeshPassword nodeMeshMaxRestartTime ignoredInterfaces localWorkloadPeeringIPV4
    localWorkloadPeeringIPV6`,
  ),
  ...keysOf('BGPConfiguration', 'asNumber listenPort bindMode', { isWeak: true }),
  ...keysOf(
    'BGPPeer',
    `peerIP peerSelector keepOriginalNextHop maxRestartTime numAllowedLocalASNumbers localASNumber ttlSecurity reachableBy
    nextHopMode reversePeering localWorkloadSelector`,
  ),
  ...keysOf('IPPool', 'ipipMode vxlanMode allowedUses disableBGPExport assignmentMode'),
  ...keysOf('IPPool', 'blockSize', { isWeak: true }),
  ...keysOf(
    'Installation',
    'calicoNetwork variant kubernetesProvider controlPlaneReplicas typhaMetricsPort nodeMetricsPort flexVolumePath kubeletVolumePluginPath nodeUpdateStrategy componentResources calicoNodeDaemonSet calicoKubeControllersDeployment typhaDeployment typhaAffinity nonPrivileged fipsMode',
  ),
  ...keysOf(
    'Installation',
    `linuxDataplane windowsDataplane nodeAddressAutodetectionV4 nodeAddressAutodetectionV6 hostPorts multiInterfaceMode
    containerIPForwarding kubeProxyManagement clusterRoutingMode linuxPolicySetupTimeoutSeconds bpfNetworkBootstrap ipPools`,
    { under: network },
  ),
  ...keysOf('Installation', 'mtu', { under: network, isWeak: true }),
  ...keysOf('Installation', 'encapsulation', { under: pools }),
  ...keysOf('Installation', 'firstFound canReach skipInterface', { under: autodetection }),
  ...keysOf('KubeControllersConfiguration', 'etcdV3CompactionPeriod'),
  ...keysOf('IPAMConfig', 'autoAllocateBlocks maxBlocksPerHost'),
  ...keysOf('IPAMConfig', 'strictAffinity', { isWeak: true }),
  ...keysOf('ClusterInformation', 'clusterGUID calicoVersion datastoreReady clusterType'),
  ...keysOf('IPAMBlock', 'affinityClaimTime sequenceNumberForAllocation'),
  ...keysOf(
    'CalicoNode',
    'ipv4VXLANTunnelAddr orchRefs vxlanTunnelMACAddr ipv6VXLANTunnelAddr interfaceIPv4Address',
  ),
  ...keysOf('CalicoNode', 'ipv4Address ipv6Address ipv4IPIPTunnelAddr routeReflectorClusterID', {
    under: 'bgp.',
  }),
  ...keysOf('HostEndpoint', 'expectedIPs interfaceName'),
  ...keysOf('KubernetesPolicy', 'podSelector policyTypes'),
  ...keysOf('CalicoPolicy', 'applyOnForward preDNAT doNotTrack'),
  ...keysOf('Endpoints', 'subsets'),
  ...keysOf('PodSpec', 'containers initContainers hostNetwork priorityClassName volumes'),
  ...keysOf(
    'Container',
    'env envFrom resources limits requests volumeMounts livenessProbe readinessProbe startupProbe image',
  ),
  ...keysOf(
    'CNI',
    'cniVersion plugins ipam container_settings datastore_type nodename_file_optional log_file_path',
  ),
  ...keysOf('CalicoConfig', 'calico_backend veth_mtu typha_service_name cni_network_config'),
  ...keysOf(
    'Cluster',
    'podSubnet serviceSubnet clusterCIDR cluster-cidr service-cidr serviceClusterIPRange kube_pods_subnet kube_service_addresses',
  ),
  ...keysOf(
    'Installer',
    `calico_ip_auto_method calico_ip6_auto_method calico_network_backend calico_ipip_mode calico_vxlan_mode calico_pool_cidr
    calico_mtu calico_veth_mtu calico_iptables_backend calico_bpf_enabled calico_felix_backend_iptables_backend
    calico_wireguard_enabled encapsulationMode crossSubnet nonMasqueradeCIDR skipPhases disable-kube-proxy disableKubeProxy
    kube_proxy_remove deployKubeProxy kubeProxy`,
  ),
])
