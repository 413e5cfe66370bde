import { nodeFault } from '#lab/node-fault.ts'

const reject = 'FORWARD -j REJECT --reject-with icmp-host-prohibited'

/** What Kubernetes, BGP and Typha need of a host. */
const opened = ['179/tcp', '5473/tcp', '6443/tcp', '10250/tcp']

/** The node's own firewall refuses what is forwarded: behind Calico's first chain, and before its last word. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    firewalld: {
      says: 'an update switches firewalld on; somebody opens the host’s ports, and nobody thinks of what is forwarded',
      change: [
        'systemctl enable --now firewalld',
        ...opened.map((port) => `firewall-cmd --permanent --add-port=${port}`),
        'firewall-cmd --reload',
      ].join('\n'),
      undo: 'systemctl disable --now firewalld',
    },
    'baked-in': {
      says: 'a rule that the cloud’s image brings refuses everything that is forwarded',
      change: `iptables -I ${reject}`,
      undo: `iptables -D ${reject}`,
    },
  },
  settleMs: 8 * 60_000,
})
