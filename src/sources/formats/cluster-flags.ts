import { setting } from '#sources/formats/objects/flatten.ts'
import type { Told } from '#sources/formats/objects/told.ts'

/**
 * The address ranges that Kubernetes' programs were given, in a command line or a list of arguments; and that kube-proxy was left out.
 *
 * `--cluster-cidr=10.244.0.0/16` of kube-controller-manager and kube-proxy is the setting `cluster-cidr`; what kubeadm, k3s and the
 * API server call differently has kubeadm's names, `podSubnet` and `serviceSubnet`.
 */
export const clusterFlags = (commandLine: string): readonly Told[] => {
  const words = commandLine.slice(0, commandLineMax)
  const ranges = [...words.matchAll(flag)].flatMap(({ groups }) => {
    const name = rangeName(groups?.name ?? '')
    return name === undefined ? [] : [setting({ of: 'other', name, value: groups?.value ?? '' })]
  })
  return noProxy.test(words)
    ? [...ranges, setting({ of: 'kube-proxy', name: 'disabled', value: 'true' })]
    : ranges
}

const noProxy =
  /(?<![\w-])--(?:disable-kube-proxy(?:=true)?(?=[\s"',]|$)|skip-phases[= ]["']?(?:[\w/-]{1,40},){0,10}addon\/kube-proxy)/

const commandLineMax = 20_000

const flag =
  /(?<![\w-])--(?<name>cluster-cidr|service-cluster-ip-range|pod-network-cidr|pod-cidr|service-cidr)[= ]["']?(?<value>[\da-fA-F.:]{2,45}\/\d{1,3}(?:,[\da-fA-F.:]{2,45}\/\d{1,3}){0,3})/g

/** One name for each range, whatever the installer calls it; undefined for anything else. */
export const rangeName = (name: string): 'podSubnet' | 'serviceSubnet' | 'cluster-cidr' | undefined =>
  rangeNames.get(name)

const rangeNames: ReadonlyMap<string, 'podSubnet' | 'serviceSubnet' | 'cluster-cidr'> = new Map([
  ['cluster-cidr', 'cluster-cidr'],
  ['clusterCIDR', 'cluster-cidr'],
  ['cluster_cidr', 'cluster-cidr'],
  ['podSubnet', 'podSubnet'],
  ['pod-network-cidr', 'podSubnet'],
  ['pod-cidr', 'podSubnet'],
  ['kube_pods_subnet', 'podSubnet'],
  ['serviceSubnet', 'serviceSubnet'],
  ['service-cidr', 'serviceSubnet'],
  ['service-cluster-ip-range', 'serviceSubnet'],
  ['serviceClusterIPRange', 'serviceSubnet'],
  ['kube_service_addresses', 'serviceSubnet'],
])
