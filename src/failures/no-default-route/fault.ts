import { nodeFault } from '#lab/node-fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const minutes = 60_000

/** The host loses its default route, and with it the way to Service addresses, which are nowhere else. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    removed: {
      says: 'ip route del default',
      change: `ip route show default > /root/default-route && ip route del default`,
      undo: 'ip route replace $(cat /root/default-route)',
    },
  },
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: 6 * minutes,
})
