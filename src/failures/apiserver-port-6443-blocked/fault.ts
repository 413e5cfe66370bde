import { nodeFault } from '#lab/node-fault.ts'

const rule = 'OUTPUT -p tcp --dport 6443 -j DROP'

/** A node's own firewall lets nothing through to the API server's port. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    'host-firewall': {
      says: 'a rule of the node drops what it sends to TCP 6443',
      change: `iptables -I ${rule}`,
      undo: `iptables -D ${rule}`,
    },
  },
  settleMs: 8 * 60_000,
})
