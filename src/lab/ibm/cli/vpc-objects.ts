/** What the commands of `ibmcloud is` find by the names and ids that people type. Each throws {@link Refused} for what there is not. */
import { type Call, Refused } from '#lab/ibm/cli/command.ts'
import type { PublicGateway } from '#lab/ibm/public-gateways.ts'
import type { Acl, VpcNetwork } from '#lab/ibm/vpc-network.ts'
import { type VpcZone, vpcId, vpcName, vpcZones } from '#lab/ibm/vpc-zones.ts'

/** The network of an account whose infrastructure is a VPC. */
export function vpcOf({ account: { vpc } }: Call): VpcNetwork {
  if (vpc === undefined) throw new Refused('The account has no VPC.')
  return vpc
}

/** By the name of its list. */
export function aclNamed(call: Call, name: string | undefined): Acl {
  const acl = vpcOf(call).acl(name)
  if (acl === undefined) throw new Refused('Network ACL not found')
  return acl
}

export function gatewayNamed(call: Call, name: string | undefined): PublicGateway {
  const gateway = vpcOf(call).gateways.named(name)
  if (gateway === undefined) throw new Refused('Public gateway not found')
  return gateway
}

/** The same, if the subnet of a zone can be attached to it. */
export function gatewayFor(
  call: Call,
  { zone, named }: { readonly zone: VpcZone; readonly named: string },
): PublicGateway {
  const gateway = gatewayNamed(call, named)
  if (gateway.zone !== zone.name)
    throw new Refused(`The public gateway is in zone ${gateway.zone}, and the subnet in ${zone.name}.`)
  return gateway
}

/** The zone of a subnet: each has one. */
export function subnetNamed(name: string | undefined): VpcZone {
  const zone = vpcZones.find((each) => each.subnetId === name || subnetName(each.name) === name)
  if (zone === undefined) throw new Refused('Subnet not found')
  return zone
}

/** Of the subnet in a zone. */
export const subnetName = (zone: string): string => `${vpcName}-${zone}`

export function checkVpc(name: string | undefined): void {
  if (name !== vpcId && name !== vpcName) throw new Refused('VPC not found')
}
