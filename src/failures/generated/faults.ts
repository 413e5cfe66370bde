// Written by `npm run generate`. Do not edit.
import type { Fault } from '#lab/fault.ts'

/** How the lab breaks, by mode; each is loaded when it is asked for. */
export const faults: Readonly<Record<string, () => Promise<Fault>>> = {
  'admission-denied': async () => (await import('#failures/admission-denied/fault.ts')).fault,
  'apiserver-cert-invalid': async () => (await import('#failures/apiserver-cert-invalid/fault.ts')).fault,
  'apiserver-port-6443-blocked': async () =>
    (await import('#failures/apiserver-port-6443-blocked/fault.ts')).fault,
  'bgp-as-mismatch': async () => (await import('#failures/bgp-as-mismatch/fault.ts')).fault,
  'bgp-config-not-rendered': async () => (await import('#failures/bgp-config-not-rendered/fault.ts')).fault,
  'bgp-password-secret-unreadable': async () =>
    (await import('#failures/bgp-password-secret-unreadable/fault.ts')).fault,
  'bgp-peer-misconfigured': async () => (await import('#failures/bgp-peer-misconfigured/fault.ts')).fault,
  'bgp-peer-node-down': async () => (await import('#failures/bgp-peer-node-down/fault.ts')).fault,
  'bgp-port-179-blocked': async () => (await import('#failures/bgp-port-179-blocked/fault.ts')).fault,
  'bgp-port-in-use': async () => (await import('#failures/bgp-port-in-use/fault.ts')).fault,
  'bgp-session-timers': async () => (await import('#failures/bgp-session-timers/fault.ts')).fault,
  'bird-socket-unavailable': async () => (await import('#failures/bird-socket-unavailable/fault.ts')).fault,
  'calico-apiserver-unreachable': async () =>
    (await import('#failures/calico-apiserver-unreachable/fault.ts')).fault,
  'calico-config-unsupported': async () =>
    (await import('#failures/calico-config-unsupported/fault.ts')).fault,
  'calico-node-daemonset-missing': async () =>
    (await import('#failures/calico-node-daemonset-missing/fault.ts')).fault,
  'cidr-overlap-node-network': async () =>
    (await import('#failures/cidr-overlap-node-network/fault.ts')).fault,
  'cni-conf-conflict': async () => (await import('#failures/cni-conf-conflict/fault.ts')).fault,
  'cni-http-proxy': async () => (await import('#failures/cni-http-proxy/fault.ts')).fault,
  'cni-token-expired': async () => (await import('#failures/cni-token-expired/fault.ts')).fault,
  'containerd-cni-dir-watch-lost': async () =>
    (await import('#failures/containerd-cni-dir-watch-lost/fault.ts')).fault,
  'cpu-starved': async () => (await import('#failures/cpu-starved/fault.ts')).fault,
  'crosssubnet-unencapsulated-dropped': async () =>
    (await import('#failures/crosssubnet-unencapsulated-dropped/fault.ts')).fault,
  'custom-route-hijacks': async () => (await import('#failures/custom-route-hijacks/fault.ts')).fault,
  'datastore-unreachable': async () => (await import('#failures/datastore-unreachable/fault.ts')).fault,
  'disk-pressure-eviction': async () => (await import('#failures/disk-pressure-eviction/fault.ts')).fault,
  'endpoint-gateway-broken': async () => (await import('#failures/endpoint-gateway-broken/fault.ts')).fault,
  'forward-policy-drop': async () => (await import('#failures/forward-policy-drop/fault.ts')).fault,
  'gateway-blocks': async () => (await import('#failures/gateway-blocks/fault.ts')).fault,
  'health-endpoint-unreachable': async () =>
    (await import('#failures/health-endpoint-unreachable/fault.ts')).fault,
  'host-firewall-manager-interferes': async () =>
    (await import('#failures/host-firewall-manager-interferes/fault.ts')).fault,
  'host-limit-exhausted': async () => (await import('#failures/host-limit-exhausted/fault.ts')).fault,
  'image-host-incompatible': async () => (await import('#failures/image-host-incompatible/fault.ts')).fault,
  'image-unavailable': async () => (await import('#failures/image-unavailable/fault.ts')).fault,
  'install-cni-host-write-failed': async () =>
    (await import('#failures/install-cni-host-write-failed/fault.ts')).fault,
  'ipam-blocks-exhausted': async () => (await import('#failures/ipam-blocks-exhausted/fault.ts')).fault,
  'ipam-no-pool': async () => (await import('#failures/ipam-no-pool/fault.ts')).fault,
  'ipam-tunnel-ip-conflict': async () => (await import('#failures/ipam-tunnel-ip-conflict/fault.ts')).fault,
  'ipip-proto4-blocked': async () => (await import('#failures/ipip-proto4-blocked/fault.ts')).fault,
  'ippool-misconfigured': async () => (await import('#failures/ippool-misconfigured/fault.ts')).fault,
  'ipset-kernel-incompatible': async () =>
    (await import('#failures/ipset-kernel-incompatible/fault.ts')).fault,
  'iptables-backend-mismatch': async () =>
    (await import('#failures/iptables-backend-mismatch/fault.ts')).fault,
  'kernel-module-missing': async () => (await import('#failures/kernel-module-missing/fault.ts')).fault,
  'kube-proxy-down': async () => (await import('#failures/kube-proxy-down/fault.ts')).fault,
  'kubelet-certificate-expired': async () =>
    (await import('#failures/kubelet-certificate-expired/fault.ts')).fault,
  'kubelet-lost-contact': async () => (await import('#failures/kubelet-lost-contact/fault.ts')).fault,
  'mtu-mismatch': async () => (await import('#failures/mtu-mismatch/fault.ts')).fault,
  'network-acl-blocks': async () => (await import('#failures/network-acl-blocks/fault.ts')).fault,
  'network-manager-interferes': async () =>
    (await import('#failures/network-manager-interferes/fault.ts')).fault,
  'no-default-route': async () => (await import('#failures/no-default-route/fault.ts')).fault,
  'node-condition-misleading': async () =>
    (await import('#failures/node-condition-misleading/fault.ts')).fault,
  'node-ip-autodetect-none': async () => (await import('#failures/node-ip-autodetect-none/fault.ts')).fault,
  'node-ip-duplicate': async () => (await import('#failures/node-ip-duplicate/fault.ts')).fault,
  'node-ip-not-on-host': async () => (await import('#failures/node-ip-not-on-host/fault.ts')).fault,
  'node-ip-wrong-interface': async () => (await import('#failures/node-ip-wrong-interface/fault.ts')).fault,
  'node-name-mismatch': async () => (await import('#failures/node-name-mismatch/fault.ts')).fault,
  'nodename-file-missing': async () => (await import('#failures/nodename-file-missing/fault.ts')).fault,
  'nodes-behind-nat': async () => (await import('#failures/nodes-behind-nat/fault.ts')).fault,
  'oom-killed': async () => (await import('#failures/oom-killed/fault.ts')).fault,
  'operator-migration-stuck': async () => (await import('#failures/operator-migration-stuck/fault.ts')).fault,
  'pod-ip-forwarding-off': async () => (await import('#failures/pod-ip-forwarding-off/fault.ts')).fault,
  'policy-lockout': async () => (await import('#failures/policy-lockout/fault.ts')).fault,
  'private-endpoint-without-vrf': async () =>
    (await import('#failures/private-endpoint-without-vrf/fault.ts')).fault,
  'rbac-forbidden': async () => (await import('#failures/rbac-forbidden/fault.ts')).fault,
  'route-not-usable': async () => (await import('#failures/route-not-usable/fault.ts')).fault,
  'route-reflector-label-lost': async () =>
    (await import('#failures/route-reflector-label-lost/fault.ts')).fault,
  'runtime-cgroup-driver-mismatch': async () =>
    (await import('#failures/runtime-cgroup-driver-mismatch/fault.ts')).fault,
  'runtime-dir-permissions': async () => (await import('#failures/runtime-dir-permissions/fault.ts')).fault,
  'sa-token-rejected': async () => (await import('#failures/sa-token-rejected/fault.ts')).fault,
  'security-group-blocks': async () => (await import('#failures/security-group-blocks/fault.ts')).fault,
  'service-ip-unreachable': async () => (await import('#failures/service-ip-unreachable/fault.ts')).fault,
  'stale-state-other-cni': async () => (await import('#failures/stale-state-other-cni/fault.ts')).fault,
  'stale-tunnel-device': async () => (await import('#failures/stale-tunnel-device/fault.ts')).fault,
  'typha-cert-invalid': async () => (await import('#failures/typha-cert-invalid/fault.ts')).fault,
  'typha-port-5473-blocked': async () => (await import('#failures/typha-port-5473-blocked/fault.ts')).fault,
  'typha-unhealthy': async () => (await import('#failures/typha-unhealthy/fault.ts')).fault,
  'version-or-crd-mismatch': async () => (await import('#failures/version-or-crd-mismatch/fault.ts')).fault,
  'vlan-spanning-disabled': async () => (await import('#failures/vlan-spanning-disabled/fault.ts')).fault,
  'vxlan-checksum-offload': async () => (await import('#failures/vxlan-checksum-offload/fault.ts')).fault,
  'vxlan-port-4789-blocked': async () => (await import('#failures/vxlan-port-4789-blocked/fault.ts')).fault,
  'worker-needs-reboot': async () => (await import('#failures/worker-needs-reboot/fault.ts')).fault,
  'worker-needs-reload': async () => (await import('#failures/worker-needs-reload/fault.ts')).fault,
  'zone-common-cause': async () => (await import('#failures/zone-common-cause/fault.ts')).fault,
}
