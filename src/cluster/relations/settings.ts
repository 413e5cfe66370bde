import type { RelationInfo } from '#cluster/relations/relation.ts'

/**
 * One value that somebody configured, wherever it stands. Names are kept as they are written there; ask for them with
 * `settingsNamed` or `felixSettings`, which know their spellings.
 */
export interface SettingRow {
  readonly of: SettingSource
  /** The object, container or file that holds it: `calico-node`, `default`, `/etc/containerd/config.toml`. */
  readonly in?: string
  readonly name: string
  readonly value: string
  /** Where it is a setting of one machine. Undefined: of the cluster. */
  readonly node?: string
}

/**
 * - `env`: an environment variable of one of Calico's containers.
 * - `felix`: a parameter as Felix's log says that it took it; `in` holds where it came from.
 * - `FelixConfiguration` …: a field of a resource's spec, as a dotted path: `calicoNetwork.ipPools.encapsulation`.
 * - `container`: of a container's spec: `image`, `resources.limits.memory`, `volumeMounts` (a path), `livenessProbe.timeoutSeconds`.
 * - `sysctl`: `net.ipv4.ip_forward`. `ethtool`: an offload, on or off, with the device in `in`.
 * - `cni`: a field of a CNI configuration: `mtu`, `ipam.type`, `container_settings.allow_ip_forwarding`.
 * - `runtime`, `kubelet`, `kube-proxy`, `apiserver`, `etcd`, `networkd`, `NetworkManager`: a key of that program's file or unit.
 * - `proxy`: HTTP_PROXY and its kin, of a unit or its environment file.
 * - `hosts`, `resolv.conf`: name → address.
 * - `bird`: a statement of bird.cfg: `local as`, `listen port`, `neighbor`.
 * - `cloud`: a provider's setting: `vlan-spanning`, `src-dst-check`.
 */
export type SettingSource =
  | 'env'
  | 'felix'
  | 'container'
  | 'FelixConfiguration'
  | 'BGPConfiguration'
  | 'KubeControllersConfiguration'
  | 'IPAMConfig'
  | 'Installation'
  | 'ClusterInformation'
  | 'Node' // Calico's own resource, or what calico-node writes on Kubernetes' node
  | 'sysctl'
  | 'ethtool'
  | 'cni'
  | 'runtime'
  | 'kubelet'
  | 'kube-proxy'
  | 'apiserver'
  | 'etcd'
  | 'networkd'
  | 'NetworkManager'
  | 'proxy'
  | 'hosts'
  | 'resolv.conf'
  | 'bird'
  | 'cloud'
  | 'other'

export const settingsInfo: RelationInfo<SettingRow> = {
  key: (row) => [row.of, row.in ?? '', row.name, row.node ?? '', row.value].join('|'),
  command: ({ namespace }) =>
    `kubectl get felixconfigurations.crd.projectcalico.org,bgpconfigurations.crd.projectcalico.org -o yaml; kubectl get daemonset -n ${namespace ?? 'kube-system'} calico-node -o yaml`,
  permission: 'list felixconfigurations.crd.projectcalico.org',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
