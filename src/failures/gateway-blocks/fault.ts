import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

/**
 * The network team routes the private VLANs through the account's gateway appliance, whose rules were written before the cluster
 * was there.
 */
export const fault: Fault<string> = {
  flavours: ['iks-classic'],
  variants: {
    vlans:
      'the appliance forwards between VLANs ping and kubelet’s port, as its owner read, and forgets BGP, IP-in-IP and the rest',
    'new-vlan': 'its rules name the VLANs that it was told of, and one VLAN of the cluster came later',
  },
  change: async (lab, { node, variant }) => {
    const network = privateNetworkOf(node)
    await lab.exec(appliance, variant === 'vlans' ? betweenVlans : unknownVlan(network))
    await route(lab, 'unbypassAllVlans')
    return network
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 10 * 60_000,
  undo: async (lab) => {
    await route(lab, 'bypassAllVlans')
    await lab.exec(appliance, 'iptables -F FORWARD')
  },
  subjects: () => [clusterSubject],
}

/** The machine, and the number that the provider's API knows it by. */
const appliance = 'gateway'
const gatewayId = '182034'

const route = (lab: LabControl, method: string) =>
  lab.cloud(['sl', 'call-api', 'SoftLayer_Network_Gateway', method, '--init', gatewayId])

/** Its interfaces to the VLANs are eth1…; eth0 leads to the provider. */
const betweenVlans = `iptables -A FORWARD -p icmp -j ACCEPT
iptables -A FORWARD -p tcp --dport 10250 -j ACCEPT
iptables -A FORWARD -p tcp --sport 10250 -j ACCEPT
iptables -A FORWARD -i eth0 -j ACCEPT
iptables -A FORWARD -o eth0 -j ACCEPT
iptables -A FORWARD -j DROP`

const unknownVlan = (network: string): string => `iptables -A FORWARD -i eth0 -j ACCEPT
iptables -A FORWARD -o eth0 -j ACCEPT
iptables -A FORWARD -s ${network} -j DROP
iptables -A FORWARD -d ${network} -j DROP`

/** The /26 of a worker's address: classic primary subnets are of this size in the lab. */
function privateNetworkOf(node: string): string {
  const [last = '0', ...first] = node.split('.').toReversed()
  return `${first.toReversed().join('.')}.${Number(last) & 0b1100_0000}/26`
}
