import { type CalicoFlavour, hardenedUser } from '#lab/calico/version.ts'
import type { Tree, TreeEntry } from '#lab/host/ports.ts'

/**
 * What the provisioning of a node leaves on its disk for Calico. The stock install needs nothing but folders that the
 * container runtime would make; the hardened one needs its folders owned by calico-node's user, /run/calico made at
 * each boot, and a CNI kubeconfig that this user may renew.
 */
export const calicoHostFiles = ({ flavour }: { readonly flavour: CalicoFlavour }): Tree =>
  flavour === 'hardened' ? hardened : plain

const folder = (
  path: string,
  owner: { readonly uid: number; readonly gid: number } = { uid: 0, gid: 0 },
): TreeEntry => ({
  path,
  kind: 'directory',
  mode: 0o755,
  ...owner,
})

const plain: Tree = [
  folder('/etc/cni/net.d'),
  folder('/var/lib/cni/networks'),
  folder('/var/log/calico/cni'),
  { path: '/usr/local/bin/calicoctl', kind: 'file', mode: 0o755, program: 'calicoctl' },
  {
    path: '/etc/calico/calicoctl.cfg',
    kind: 'file',
    // The administrator's kubeconfig is on control-plane nodes only, so elsewhere only `node status` and the like work.
    text: `apiVersion: projectcalico.org/v3
kind: CalicoAPIConfig
metadata:
spec:
  datastoreType: "kubernetes"
  kubeconfig: "/etc/kubernetes/admin.conf"
`,
  },
]

const hardened: Tree = [
  ...plain,
  folder('/var/lib/calico', hardenedUser),
  folder('/var/log/calico', hardenedUser),
  folder('/var/log/calico/cni', hardenedUser),
  { path: '/etc/cni/net.d/calico-kubeconfig', kind: 'file', text: '', mode: 0o660, uid: 0, gid: 0 },
  {
    path: '/etc/tmpfiles.d/calico.conf',
    kind: 'file',
    text: `d /run/calico 0755 ${hardenedUser.uid} ${hardenedUser.gid}\n`,
  },
]
