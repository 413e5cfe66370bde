// Written by `npm run generate`. Do not edit.
import type { Mode } from '#diagnosis/types.ts'
import { mode as admissionDenied } from '#failures/admission-denied/index.ts'
import { mode as apiserverCertInvalid } from '#failures/apiserver-cert-invalid/index.ts'
import { mode as apiserverPort6443Blocked } from '#failures/apiserver-port-6443-blocked/index.ts'
import { mode as bgpAsMismatch } from '#failures/bgp-as-mismatch/index.ts'
import { mode as bgpConfigNotRendered } from '#failures/bgp-config-not-rendered/index.ts'
import { mode as bgpPasswordSecretUnreadable } from '#failures/bgp-password-secret-unreadable/index.ts'
import { mode as bgpPeerMisconfigured } from '#failures/bgp-peer-misconfigured/index.ts'
import { mode as bgpPeerNodeDown } from '#failures/bgp-peer-node-down/index.ts'
import { mode as bgpPort179Blocked } from '#failures/bgp-port-179-blocked/index.ts'
import { mode as bgpPortInUse } from '#failures/bgp-port-in-use/index.ts'
import { mode as bgpSessionTimers } from '#failures/bgp-session-timers/index.ts'
import { mode as birdSocketUnavailable } from '#failures/bird-socket-unavailable/index.ts'
import { mode as calicoApiserverUnreachable } from '#failures/calico-apiserver-unreachable/index.ts'
import { mode as calicoConfigUnsupported } from '#failures/calico-config-unsupported/index.ts'
import { mode as calicoNodeDaemonsetMissing } from '#failures/calico-node-daemonset-missing/index.ts'
import { mode as cidrOverlapNodeNetwork } from '#failures/cidr-overlap-node-network/index.ts'
import { mode as cniConfConflict } from '#failures/cni-conf-conflict/index.ts'
import { mode as cniHttpProxy } from '#failures/cni-http-proxy/index.ts'
import { mode as cniTokenExpired } from '#failures/cni-token-expired/index.ts'
import { mode as containerdCniDirWatchLost } from '#failures/containerd-cni-dir-watch-lost/index.ts'
import { mode as cpuStarved } from '#failures/cpu-starved/index.ts'
import { mode as crosssubnetUnencapsulatedDropped } from '#failures/crosssubnet-unencapsulated-dropped/index.ts'
import { mode as customRouteHijacks } from '#failures/custom-route-hijacks/index.ts'
import { mode as datastoreUnreachable } from '#failures/datastore-unreachable/index.ts'
import { mode as diskPressureEviction } from '#failures/disk-pressure-eviction/index.ts'
import { mode as ebpfMisconfigured } from '#failures/ebpf-misconfigured/index.ts'
import { mode as endpointGatewayBroken } from '#failures/endpoint-gateway-broken/index.ts'
import { mode as etcdAccessFailed } from '#failures/etcd-access-failed/index.ts'
import { mode as forwardPolicyDrop } from '#failures/forward-policy-drop/index.ts'
import { mode as gatewayBlocks } from '#failures/gateway-blocks/index.ts'
import { mode as healthEndpointUnreachable } from '#failures/health-endpoint-unreachable/index.ts'
import { mode as hostFirewallManagerInterferes } from '#failures/host-firewall-manager-interferes/index.ts'
import { mode as hostLimitExhausted } from '#failures/host-limit-exhausted/index.ts'
import { mode as imageHostIncompatible } from '#failures/image-host-incompatible/index.ts'
import { mode as imageUnavailable } from '#failures/image-unavailable/index.ts'
import { mode as installCniHostWriteFailed } from '#failures/install-cni-host-write-failed/index.ts'
import { mode as ipamBlocksExhausted } from '#failures/ipam-blocks-exhausted/index.ts'
import { mode as ipamNoPool } from '#failures/ipam-no-pool/index.ts'
import { mode as ipamTunnelIpConflict } from '#failures/ipam-tunnel-ip-conflict/index.ts'
import { mode as ipipProto4Blocked } from '#failures/ipip-proto4-blocked/index.ts'
import { mode as ippoolMisconfigured } from '#failures/ippool-misconfigured/index.ts'
import { mode as ipsetKernelIncompatible } from '#failures/ipset-kernel-incompatible/index.ts'
import { mode as iptablesBackendMismatch } from '#failures/iptables-backend-mismatch/index.ts'
import { mode as kernelModuleMissing } from '#failures/kernel-module-missing/index.ts'
import { mode as kernelTooOld } from '#failures/kernel-too-old/index.ts'
import { mode as kubeProxyDown } from '#failures/kube-proxy-down/index.ts'
import { mode as kubeletCertificateExpired } from '#failures/kubelet-certificate-expired/index.ts'
import { mode as kubeletLostContact } from '#failures/kubelet-lost-contact/index.ts'
import { mode as mtuMismatch } from '#failures/mtu-mismatch/index.ts'
import { mode as networkAclBlocks } from '#failures/network-acl-blocks/index.ts'
import { mode as networkManagerInterferes } from '#failures/network-manager-interferes/index.ts'
import { mode as noDefaultRoute } from '#failures/no-default-route/index.ts'
import { mode as nodeConditionMisleading } from '#failures/node-condition-misleading/index.ts'
import { mode as nodeIpAutodetectNone } from '#failures/node-ip-autodetect-none/index.ts'
import { mode as nodeIpDuplicate } from '#failures/node-ip-duplicate/index.ts'
import { mode as nodeIpNotOnHost } from '#failures/node-ip-not-on-host/index.ts'
import { mode as nodeIpWrongInterface } from '#failures/node-ip-wrong-interface/index.ts'
import { mode as nodeNameMismatch } from '#failures/node-name-mismatch/index.ts'
import { mode as nodenameFileMissing } from '#failures/nodename-file-missing/index.ts'
import { mode as nodesBehindNat } from '#failures/nodes-behind-nat/index.ts'
import { mode as oomKilled } from '#failures/oom-killed/index.ts'
import { mode as operatorMigrationStuck } from '#failures/operator-migration-stuck/index.ts'
import { mode as podIpForwardingOff } from '#failures/pod-ip-forwarding-off/index.ts'
import { mode as policyLockout } from '#failures/policy-lockout/index.ts'
import { mode as privateEndpointWithoutVrf } from '#failures/private-endpoint-without-vrf/index.ts'
import { mode as rbacForbidden } from '#failures/rbac-forbidden/index.ts'
import { mode as routeNotUsable } from '#failures/route-not-usable/index.ts'
import { mode as routeReflectorLabelLost } from '#failures/route-reflector-label-lost/index.ts'
import { mode as rpfLoose } from '#failures/rpf-loose/index.ts'
import { mode as runtimeCgroupDriverMismatch } from '#failures/runtime-cgroup-driver-mismatch/index.ts'
import { mode as runtimeDirPermissions } from '#failures/runtime-dir-permissions/index.ts'
import { mode as saTokenRejected } from '#failures/sa-token-rejected/index.ts'
import { mode as securityGroupBlocks } from '#failures/security-group-blocks/index.ts'
import { mode as serviceIpUnreachable } from '#failures/service-ip-unreachable/index.ts'
import { mode as staleStateOtherCni } from '#failures/stale-state-other-cni/index.ts'
import { mode as staleTunnelDevice } from '#failures/stale-tunnel-device/index.ts'
import { mode as typhaCertInvalid } from '#failures/typha-cert-invalid/index.ts'
import { mode as typhaPort5473Blocked } from '#failures/typha-port-5473-blocked/index.ts'
import { mode as typhaUnhealthy } from '#failures/typha-unhealthy/index.ts'
import { mode as versionOrCrdMismatch } from '#failures/version-or-crd-mismatch/index.ts'
import { mode as vlanSpanningDisabled } from '#failures/vlan-spanning-disabled/index.ts'
import { mode as vxlanChecksumOffload } from '#failures/vxlan-checksum-offload/index.ts'
import { mode as vxlanPort4789Blocked } from '#failures/vxlan-port-4789-blocked/index.ts'
import { mode as windowsBackendBroken } from '#failures/windows-backend-broken/index.ts'
import { mode as wireguardBroken } from '#failures/wireguard-broken/index.ts'
import { mode as workerNeedsReboot } from '#failures/worker-needs-reboot/index.ts'
import { mode as workerNeedsReload } from '#failures/worker-needs-reload/index.ts'
import { mode as zoneCommonCause } from '#failures/zone-common-cause/index.ts'

/** Every failure mode that the engine can tell. */
export const modes: readonly Mode[] = [
  admissionDenied,
  apiserverCertInvalid,
  apiserverPort6443Blocked,
  bgpAsMismatch,
  bgpConfigNotRendered,
  bgpPasswordSecretUnreadable,
  bgpPeerMisconfigured,
  bgpPeerNodeDown,
  bgpPort179Blocked,
  bgpPortInUse,
  bgpSessionTimers,
  birdSocketUnavailable,
  calicoApiserverUnreachable,
  calicoConfigUnsupported,
  calicoNodeDaemonsetMissing,
  cidrOverlapNodeNetwork,
  cniConfConflict,
  cniHttpProxy,
  cniTokenExpired,
  containerdCniDirWatchLost,
  cpuStarved,
  crosssubnetUnencapsulatedDropped,
  customRouteHijacks,
  datastoreUnreachable,
  diskPressureEviction,
  ebpfMisconfigured,
  endpointGatewayBroken,
  etcdAccessFailed,
  forwardPolicyDrop,
  gatewayBlocks,
  healthEndpointUnreachable,
  hostFirewallManagerInterferes,
  hostLimitExhausted,
  imageHostIncompatible,
  imageUnavailable,
  installCniHostWriteFailed,
  ipamBlocksExhausted,
  ipamNoPool,
  ipamTunnelIpConflict,
  ipipProto4Blocked,
  ippoolMisconfigured,
  ipsetKernelIncompatible,
  iptablesBackendMismatch,
  kernelModuleMissing,
  kernelTooOld,
  kubeProxyDown,
  kubeletCertificateExpired,
  kubeletLostContact,
  mtuMismatch,
  networkAclBlocks,
  networkManagerInterferes,
  noDefaultRoute,
  nodeConditionMisleading,
  nodeIpAutodetectNone,
  nodeIpDuplicate,
  nodeIpNotOnHost,
  nodeIpWrongInterface,
  nodeNameMismatch,
  nodenameFileMissing,
  nodesBehindNat,
  oomKilled,
  operatorMigrationStuck,
  podIpForwardingOff,
  policyLockout,
  privateEndpointWithoutVrf,
  rbacForbidden,
  routeNotUsable,
  routeReflectorLabelLost,
  rpfLoose,
  runtimeCgroupDriverMismatch,
  runtimeDirPermissions,
  saTokenRejected,
  securityGroupBlocks,
  serviceIpUnreachable,
  staleStateOtherCni,
  staleTunnelDevice,
  typhaCertInvalid,
  typhaPort5473Blocked,
  typhaUnhealthy,
  versionOrCrdMismatch,
  vlanSpanningDisabled,
  vxlanChecksumOffload,
  vxlanPort4789Blocked,
  windowsBackendBroken,
  wireguardBroken,
  workerNeedsReboot,
  workerNeedsReload,
  zoneCommonCause,
]
