import { nodeFault } from '#lab/node-fault.ts'
import { rollOutWorkload } from '#lab/owner-acts.ts'

const minutes = 60_000
const file = '/etc/cni/net.d/calico-kubeconfig'

/** The CNI plugin's kubeconfig holds a token that is not good; calico-node writes a new one only hours later. */
export const fault = nodeFault({
  flavours: ['plain', 'operator', 'iks-classic'],
  variants: {
    foreign: {
      says: 'configuration management puts the file of an older image back, whose token another key signed',
      change: `sed -i 's/^\\( *token: .*\\)\\.[^.]*$/\\1.bm90LXNpZ25lZC1ieS10aGlzLWNsdXN0ZXI/' ${file}`,
      undo: 'kill $(pgrep -f monitor-token)',
    },
  },
  trigger: rollOutWorkload,
  settleMs: 4 * minutes,
})
