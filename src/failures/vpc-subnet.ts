/** Subnets of a VPC, as faults of several modes look for them. */
import { assert } from '#base/assert.ts'
import type { LabControl } from '#lab/fault.ts'

/** As the VPC's API has it. */
export interface Subnet {
  readonly id: string
  readonly ipv4_cidr_block: string
  readonly network_acl: { readonly name: string }
  readonly vpc: { readonly name: string }
  readonly zone: { readonly name: string }
}

export const subnets = async (lab: LabControl): Promise<readonly Subnet[]> =>
  JSON.parse((await lab.cloud(['is', 'subnets', '--output', 'json'])).stdout) as readonly Subnet[] // the API's

/** That of a worker: nodes bear their address as their name, and subnets of the lab are /24. */
export async function subnetOf(lab: LabControl, node: string): Promise<Subnet> {
  const network = node.slice(0, node.lastIndexOf('.') + 1)
  const found = (await subnets(lab)).find((each) => each.ipv4_cidr_block.startsWith(network))
  assert(found !== undefined, `a subnet holds ${node}`)
  return found
}
