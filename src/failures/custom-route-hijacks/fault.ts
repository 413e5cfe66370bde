import { clusterSubject } from '#cluster/subjects.ts'
import { subnetOf } from '#failures/vpc-subnet.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

/** The network team adds a route for an office network, whose range holds the workers of one subnet as well. */
export const fault: Fault = {
  flavours: ['iks-vpc', 'roks'],
  variants: {
    deliver: 'a route to a VPN appliance covers the workers of one subnet; the appliance does not know them',
    drop: 'a route that drops covers the workers of one subnet',
  },
  change: async (lab, { node, variant }) => {
    const { zone } = await subnetOf(lab, node)
    const hop = variant === 'deliver' ? ['--next-hop', appliance] : []
    await lab.cloud([
      ...['is', 'vpc-routing-table-route-create', ...(await tableOf(lab)), '--name', route],
      ...['--zone', zone.name, '--action', variant, '--destination', officeAround(node), ...hop],
    ])
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 10 * 60_000,
  undo: async (lab) => {
    await lab.cloud(['is', 'vpc-routing-table-route-delete', ...(await tableOf(lab)), route])
  },
  subjects: () => [clusterSubject],
}

const route = 'office'

/** Where the office's VPN ends in the lab's VPC. */
const appliance = '10.240.128.253'

/** Narrower than the subnet: the VPC's own route for it is outdone. */
const officeAround = (node: string): string => `${node.slice(0, node.lastIndexOf('.'))}.0/25`

/** VPC and routing table, as the commands want them. */
async function tableOf(lab: LabControl): Promise<readonly string[]> {
  const vpcs = JSON.parse((await lab.cloud(['is', 'vpcs', '--output', 'json'])).stdout) as readonly Named[]
  const [vpc = { id: '' }] = vpcs
  const { stdout } = await lab.cloud(['is', 'vpc-routing-tables', vpc.id, '--output', 'json'])
  const [table = { id: '' }] = JSON.parse(stdout) as readonly Named[] // as the VPC's API has them
  return [vpc.id, table.id]
}

interface Named {
  readonly id: string
}
