import { nodeSubject } from '#cluster/subjects.ts'
import type { Fault } from '#lab/fault.ts'

const bridges = {
  bridge: { name: 'lxdbr0', address: '10.158.7.1/24' },
  vpn: { name: 'tun0', address: '10.8.0.6/32' },
} as const

/** Software on one machine brings a device of its own. calico-node looks at the newest device first, every minute. */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    vpn: 'a VPN client is started on the node',
    bridge: 'LXD is started, with a bridge that Calico does not pass over',
  },
  change: async (lab, { node, variant }) => {
    const { name, address } = bridges[variant as keyof typeof bridges]
    await lab.exec(
      node,
      `ip link add ${name} type dummy && ip addr add ${address} dev ${name} && ip link set ${name} up`,
    )
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 10 * 60_000,
  undo: async (lab, { node, variant }) => {
    await lab.exec(node, `ip link del ${bridges[variant as keyof typeof bridges].name}`)
  },
  subjects: ({ node }) => [nodeSubject(node)],
}
