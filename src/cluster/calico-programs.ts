/** The programs that Calico's images hold, or that it puts on the host. */

/**
 * Whether a path or a name, cut at fifteen letters as the kernel keeps it, is one of them.
 *
 * @see projectcalico/calico:node/Dockerfile, projectcalico/calico:cni-plugin/Dockerfile
 */
export const isCalicoProgram = (path: string): boolean => {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return names.has(name) || names.has(name.slice(0, commMax)) || shortNames.has(name)
}

/** Whether a path is one of a CNI plug-in on the host, which came out of an image and lives on without it. */
export const isPlugin = (path: string): boolean => path.startsWith('/opt/cni/bin/') && path !== installer

/** In the image it lies in the folder that plug-ins have on the host. @see projectcalico/calico:cni-plugin/Dockerfile */
const installer = '/opt/cni/bin/install'

const commMax = 15

const tables = ['iptables', 'ip6tables'].flatMap((tool) =>
  ['', '-legacy', '-nft'].flatMap((backend) => ['', '-save', '-restore'].map((end) => tool + backend + end)),
)

const names: ReadonlySet<string> = new Set([
  ...'calico-node calico calico-ipam install calico-typha calico-kube-controllers kube-controllers calicoctl felix calico-felix bird bird6 birdcl birdcl6 confd'.split(
    ' ',
  ),
  ...'ipset nft ip bpftool runit runsv runsvdir sv start_runit xtables-nft-multi xtables-legacy-multi mountns'.split(
    ' ',
  ),
  ...'node-driver-registrar csi-driver flexvol flexvol.sh flexvol-driver install-cni install-cni.sh check-status calico-apiserver apiserver tigera-operator operator openssl'.split(
    ' ',
  ),
  ...tables,
])

const shortNames: ReadonlySet<string> = new Set([...names].map((name) => name.slice(0, commMax)))
