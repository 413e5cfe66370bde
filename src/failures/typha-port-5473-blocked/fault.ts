import type { Fault } from '#lab/fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const rule = 'OUTPUT -p tcp --dport 5473 -j DROP'

/** A node's own firewall lets nothing through to Typha, wherever that runs. */
export const fault: Fault = {
  flavours: ['operator'],
  variants: { 'host-firewall': 'a rule of the node drops what it sends to TCP 5473' },
  change: async (lab, { node }) => {
    await lab.exec(node, `iptables -I ${rule}`)
  },
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: () => 8 * 60_000,
  undo: async (lab, { node }) => {
    await lab.exec(node, `iptables -D ${rule}`)
  },
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}
