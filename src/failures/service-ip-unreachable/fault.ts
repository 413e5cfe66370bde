import { nodeFault } from '#lab/node-fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const rule = 'OUTPUT -d 10.96.0.0/12 -j DROP'

/** A hardening script drops what the node sends to the range of Services, before it is translated. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    raw: {
      says: 'a rule in the table raw drops what the node sends to Services',
      change: `iptables -t raw -I ${rule}`,
      undo: `iptables -t raw -D ${rule}`,
    },
  },
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: 8 * 60_000,
})
