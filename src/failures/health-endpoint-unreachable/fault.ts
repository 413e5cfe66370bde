import { nodeFault } from '#lab/node-fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const minutes = 60_000

/** The loopback interface of a node is down: Felix cannot serve its health check, and nobody could ask. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    loopback: {
      says: 'the loopback interface is down',
      change: 'ip link set lo down',
      undo: 'ip link set lo up',
    },
  },
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: 8 * minutes,
})
