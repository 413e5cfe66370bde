import { clusterSubject } from '#cluster/subjects.ts'
import { type Subnet, subnetOf, subnets } from '#failures/vpc-subnet.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

/**
 * Whoever owns the network attaches a list of their own to the subnet of the struck worker: it denies what comes from the
 * cluster's other subnets, and allows the rest.
 */
export const fault: Fault<Attached> = {
  flavours: ['iks-vpc', 'roks'],
  variants: {
    all: 'a list on one subnet denies everything from the other subnets of the VPC',
    bgp: 'a list on one subnet denies BGP alone',
  },
  change: async (lab, { node, variant }) => {
    const subnet = await subnetOf(lab, node)
    await lab.cloud(['is', 'network-acl-create', list, subnet.vpc.name])
    const protocol = variant === 'bgp' ? 'tcp' : 'all'
    const ports = variant === 'bgp' ? ['--destination-port-min', '179', '--destination-port-max', '179'] : []
    for (const source of await others(lab, subnet))
      await lab.cloud([
        ...['is', 'network-acl-rule-add', list, 'deny', 'inbound', protocol, source, subnet.ipv4_cidr_block],
        ...['--before-rule', 'allow-inbound', ...ports],
      ])
    await lab.cloud(['is', 'subnet-update', subnet.id, '--acl', list])
    return { subnet: subnet.id, before: subnet.network_acl.name }
  },
  trigger: () => Promise.resolve(), // a list has no memory of connections
  settleMs: () => 10 * 60_000,
  undo: async (lab, _, { subnet, before }) => {
    await lab.cloud(['is', 'subnet-update', subnet, '--acl', before])
    await lab.cloud(['is', 'network-acl-delete', list])
  },
  subjects: () => [clusterSubject],
}

const list = 'hardened-acl'

interface Attached {
  readonly subnet: string
  readonly before: string
}

const others = async (lab: LabControl, { id }: Subnet): Promise<readonly string[]> =>
  (await subnets(lab)).filter((each) => each.id !== id).map((each) => each.ipv4_cidr_block)
