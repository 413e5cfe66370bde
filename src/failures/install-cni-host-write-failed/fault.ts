import { nodeFault } from '#lab/node-fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const minutes = 60_000
const programs = '/opt/cni/bin'
const configuration = '/etc/cni/net.d'

/** The folder becomes a mount of its own, of which the options say what is allowed. */
const mounted = (folder: string, option: string): string =>
  `mount --bind ${folder} ${folder} && mount -o remount,bind,${option} ${folder}`

/** The host forbids what Calico's installer does at each start of calico-node: a hardening of mounts that forgot it. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator', 'iks-classic'],
  variants: {
    'programs-read-only': {
      says: `${programs} is mounted read-only: the installer finds no folder for its programs`,
      change: mounted(programs, 'ro'),
      undo: `umount ${programs}`,
    },
    'configuration-read-only': {
      says: `${configuration} is mounted read-only: the installer cannot write the plugin's kubeconfig`,
      change: mounted(configuration, 'ro'),
      undo: `umount ${configuration}`,
    },
  },
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: 6 * minutes,
})
