import { nodeFault } from '#lab/node-fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const minutes = 60_000
const folder = '/etc/cni/net.d'

/** The folder that containerd watches is replaced by another of the same name; calico-node writes its file into the new one. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    removed: {
      says: 'the folder is removed with all that it holds, and made anew by the next calico-node',
      change: `rm -rf ${folder}`,
      undo: 'systemctl restart containerd',
    },
    replaced: {
      says: 'a clean-up moves the folder away and makes an empty one',
      change: `mv ${folder} /etc/cni/net.d.old && mkdir -p -m 755 ${folder}`,
      undo: 'systemctl restart containerd\nrm -rf /etc/cni/net.d.old',
    },
  },
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: 6 * minutes,
})
