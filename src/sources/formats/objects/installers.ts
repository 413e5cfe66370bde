import type { SettingSource } from '#cluster/relations.ts'
import { setting } from '#sources/formats/objects/flatten.ts'
import type { Told } from '#sources/formats/objects/told.ts'

/**
 * What Kubespray's and kOps' own names for Calico's settings become in the cluster.
 *
 * @see kubernetes-sigs/kubespray:roles/network_plugin/calico/templates/calico-node.yml.j2
 */
export const installerRows = (fields: Readonly<Record<string, unknown>>): readonly Told[] =>
  Object.entries(fields).flatMap(([key, value]) => {
    if (isWithoutKubeProxy(key, value)) return [withoutKubeProxy]
    const target = targets.get(key)
    return target === undefined || value === null || typeof value === 'object'
      ? []
      : [setting({ of: target[0], name: target[1], value: String(value) })]
  })

/** One name for it, whoever leaves kube-proxy out. */
export const withoutKubeProxy: Told = setting({ of: 'kube-proxy', name: 'disabled', value: 'true' })

/**
 * kubeadm's skipped phase, k3s and RKE2, Kubespray, OpenShift's network operator, kOps, k0s and Talos.
 *
 * @see kubernetes/kubernetes:cmd/kubeadm/app/cmd/phases/init/addons.go, openshift/api:operator/v1/types_network.go
 */
function isWithoutKubeProxy(key: string, value: unknown): boolean {
  switch (key) {
    case 'skipPhases':
    case 'skip_phases':
      return Array.isArray(value) && value.some((phase) => phase === 'addon/kube-proxy' || phase === 'addon')
    case 'disable-kube-proxy':
    case 'disableKubeProxy':
    case 'kube_proxy_remove':
      return value === true || value === 'true'
    case 'deployKubeProxy':
      return value === false
    case 'kubeProxy':
    case 'proxy':
      return isRecord(value) && (value['enabled'] === false || value['disabled'] === true)
    default:
      return false
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const targets: ReadonlyMap<string, readonly [SettingSource, string]> = new Map([
  ['calico_ip_auto_method', ['env', 'IP_AUTODETECTION_METHOD']],
  ['calico_ip6_auto_method', ['env', 'IP6_AUTODETECTION_METHOD']],
  ['calico_network_backend', ['env', 'CALICO_NETWORKING_BACKEND']],
  ['calico_ipip_mode', ['env', 'CALICO_IPV4POOL_IPIP']],
  ['calico_vxlan_mode', ['env', 'CALICO_IPV4POOL_VXLAN']],
  ['calico_pool_cidr', ['env', 'CALICO_IPV4POOL_CIDR']],
  ['calico_iptables_backend', ['env', 'FELIX_IPTABLESBACKEND']],
  ['calico_felix_backend_iptables_backend', ['env', 'FELIX_IPTABLESBACKEND']],
  ['calico_bpf_enabled', ['env', 'FELIX_BPFENABLED']],
  ['calico_wireguard_enabled', ['env', 'FELIX_WIREGUARDENABLED']],
  ['calico_mtu', ['cni', 'mtu']],
  ['calico_veth_mtu', ['cni', 'mtu']],
  ['encapsulationMode', ['other', 'encapsulationMode']],
  ['crossSubnet', ['other', 'crossSubnet']],
  ['nonMasqueradeCIDR', ['other', 'nonMasqueradeCIDR']],
] as const)
