import { nodeFault } from '#lab/node-fault.ts'

const minutes = 60_000
const config = '/var/lib/kubelet/config.yaml'
const kept = '/root/kubelet-config.yaml'
const changed = (sed: string): string =>
  `cp ${config} ${kept}\nsed -i '${sed}' ${config}\nsystemctl restart kubelet`

/**
 * A tool writes kubelet's configuration anew, and containerd's runc stays with systemd. The kubelet that comes up does not find the
 * control groups of pods that run, and kills them; runc does not understand where their new sandboxes are to go.
 */
export const fault = nodeFault({
  // On IBM Cloud the proxy to the master is a pod of the node, and kubelet loses its voice with it.
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    cgroupfs: {
      says: 'kubelet is configured with cgroupDriver: cgroupfs, and restarted',
      change: changed('s/^cgroupDriver: systemd$/cgroupDriver: cgroupfs/'),
      undo: `mv ${kept} ${config}\nsystemctl restart kubelet`,
    },
    unset: {
      says: "kubelet's configuration is written anew without cgroupDriver, whose default is cgroupfs",
      change: changed('/^cgroupDriver:/d'),
      undo: `mv ${kept} ${config}\nsystemctl restart kubelet`,
    },
  },
  settleMs: 8 * minutes,
})
