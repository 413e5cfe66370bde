import { smallFiles } from '#lab/host/os/files.ts'
import type { Tree } from '#lab/host/ports.ts'

/**
 * What kube-proxy's image has beside it: iptables, ipset, kmod and what the script needs that chooses a back-end. No `ip`, no `ls`, no `true`.
 *
 * @see kubernetes/release:images/build/distroless-iptables. (`conntrack` went in 2026). Not imitated: before 1.25 it was a whole Debian.
 */
export const kubeProxyTools = (): Tree => [
  ...smallFiles,
  ...['cat', 'chmod', 'grep', 'ln', 'rm', 'sh', 'sleep', 'wc'].map((name) => executable('/bin', name)),
  ...['conntrack', 'ipset', 'nft', ...iptables, 'lsmod', 'modinfo', 'modprobe'].map((name) =>
    executable('/usr/sbin', name),
  ),
]

const executable = (folder: string, name: string) =>
  ({ path: `${folder}/${name}`, kind: 'file', mode: 0o755, program: name }) as const

const iptables = ['', '-legacy', '-nft'].flatMap((backend) =>
  ['', '-restore', '-save'].map((end) => `iptables${backend}${end}`),
)
