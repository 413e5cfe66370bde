/** Pod networks beside Calico, known by what they leave on a node: devices, chains, pods, files. */

/** The network that makes a device of this name; undefined for Calico's, cards and what is nobody's. */
export const networkOfLink = (name: string): string | undefined => named(links, name)

/** The network whose packet filter this chain is. */
export const networkOfChain = (chain: string): string | undefined => named(chains, chain)

/** The network that runs as a pod of this name. */
export const networkOfPod = (name: string): string | undefined => named(pods, name)

/** The network that this file of /etc/cni/net.d or /run configures. */
export const networkOfFile = (path: string): string | undefined => named(files, path)

type Names = readonly (readonly [pattern: RegExp, network: string])[]

const named = (names: Names, text: string): string | undefined =>
  names.find(([pattern]) => pattern.test(text))?.[1]

/**
 * @see flannel-io/flannel:pkg/backend/vxlan/vxlan.go; weaveworks/weave:net/bridge.go; cilium/cilium:pkg/defaults/node.go
 * @see cloudnativelabs/kube-router:pkg/controllers/routing; antrea-io/antrea:pkg/agent/config/node_config.go
 */
const links: Names = [
  [/^flannel(?:\.\d|-v6|-wg|$)/, 'flannel'],
  [/^cni0$/, 'flannel or another bridge'],
  [/^(?:weave$|vethwe-|vxlan-6784$|datapath$)/, 'Weave Net'],
  [/^(?:cilium_|lxc[0-9a-f]{4})/, 'Cilium'],
  [/^(?:kube-bridge|tun-|kube-dummy-if)/, 'kube-router'],
  [/^(?:antrea-|genev_sys)/, 'Antrea'],
  [/^ovn(?:0|-k8s)/, 'OVN'],
]

const chains: Names = [
  [/^FLANNEL-/, 'flannel'],
  [/^WEAVE/, 'Weave Net'],
  [/^(?:OLD_)?CILIUM_/, 'Cilium'],
  [/^KUBE-ROUTER/, 'kube-router'],
  [/^ANTREA-/, 'Antrea'],
]

const pods: Names = [
  [/^(?:kube-)?flannel(?:-ds)?-/, 'flannel'],
  [/^weave-net-/, 'Weave Net'],
  [/^cilium-/, 'Cilium'],
  [/^kube-router-/, 'kube-router'],
  [/^antrea-(?:agent|controller)-/, 'Antrea'],
]

const files: Names = [
  [/flannel/, 'flannel'],
  [/weave/, 'Weave Net'],
  [/cilium/, 'Cilium'],
  [/kube-?router|kuberouter/, 'kube-router'],
  [/antrea/, 'Antrea'],
]
