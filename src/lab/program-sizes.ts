/**
 * What the cluster's programs hold in memory when they have little to do, in MiB, by the name of the program: resident sizes as one sees
 * them on small clusters. Programs that grow with their work say so themselves.
 */
import type { Program } from '#lab/host/ports.ts'
import { mebibyte, sized } from '#lab/host/process/memory.ts'

/** With nothing to program, and with nobody to tell of an empty cluster; both grow with their work. */
export const felixMebibytes = 78
export const typhaMebibytes = 58

const sizes: Readonly<Record<string, number>> = {
  containerd: 65,
  kubelet: 95,
  etcd: 85,
  'kube-apiserver': 420,
  'kube-controller-manager': 110,
  'kube-scheduler': 55,
  'kube-proxy': 28,
  kubectl: 42,
  coredns: 26,
  bird: 3,
  bird6: 3,
  'cni-calico': 38,
  'cni-calico-ipam': 36,
  'cni-install': 38,
  'calico-kube-controllers': 42,
  'calico-typha': typhaMebibytes,
  'metrics-server': 24,
  'shop-tier': 18,
  nginx: 8,
}

/** calico-node is one binary; its first flag decides what it is. */
const calicoNodeSizes: readonly (readonly [flag: string, mebibytes: number])[] = [
  ['-felix', felixMebibytes],
  ['-confd', 44],
  ['-startup', 34],
]

const otherCalicoNode = 24

export function withSizes(programs: Readonly<Record<string, Program>>): Readonly<Record<string, Program>> {
  for (const [name, size] of Object.entries(sizes)) {
    const program = programs[name]
    if (program !== undefined) sized(program, size * mebibyte)
  }
  const calicoNode = programs['calico-node']
  if (calicoNode !== undefined) sized(calicoNode, (argv) => calicoNodeSize(argv) * mebibyte)
  return programs
}

const calicoNodeSize = (argv: readonly string[]): number =>
  calicoNodeSizes.find(([flag]) => argv.some((word) => word.replace(/^--/, '-') === flag))?.[1] ??
  otherCalicoNode
