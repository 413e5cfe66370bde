import type { Release } from '#lab/calico/release.ts'
import { smallFiles } from '#lab/host/os/files.ts'
import type { Tree, TreeEntry } from '#lab/host/ports.ts'

/**
 * What is left in the image beside Calico's own programs. Its last step deletes every program that Felix, runit and the start script
 * do without: no `ss`, `ping`, `curl`, `ps`, `sysctl`, `mount`, `df`, `head`, `id`, `hostname`.
 *
 * @see projectcalico/calico:node/clean-up-filesystem.sh (bin_allow_list_patterns), the same from 3.24 to 3.32 but for `nft`
 */
export const nodeTools = ({ hasNft }: Release): Tree => [
  ...smallFiles,
  ...shell.map(executable('/bin')),
  { path: '/usr/bin/env', kind: 'symlink', target: '/bin/env' },
  ...[...network, ...(hasNft ? ['nft'] : [])].map(executable('/usr/bin')),
  ...modules.map(executable('/usr/sbin')),
]

const executable =
  (folder: string) =>
  (name: string): TreeEntry => ({ path: `${folder}/${name}`, kind: 'file', mode: 0o755, program: name })

const shell = [
  ...[
    '[',
    'basename',
    'bash',
    'cat',
    'cp',
    'date',
    'echo',
    'env',
    'false',
    'find',
    'grep',
    'kill',
    'ln',
    'ls',
  ],
  ...[
    'mkdir',
    'nice',
    'printf',
    'readlink',
    'rm',
    'sed',
    'sh',
    'sleep',
    'sort',
    'stat',
    'tail',
    'tee',
    'test',
  ],
  ...['timeout', 'touch', 'true', 'uniq', 'which', 'whoami', 'zcat'],
]

/** Of the `iptables` without a name behind it nobody knows here which back-end a release made it: the lab's is the host's. */
const network = [
  ...['ip', 'conntrack', 'iptables', 'iptables-restore', 'iptables-save'],
  ...['legacy', 'nft'].flatMap((backend) =>
    ['', '-restore', '-save'].map((end) => `iptables-${backend}${end}`),
  ),
]

const modules = ['lsmod', 'modinfo', 'modprobe']
