import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, sheet, table } from '#lab/ibm/cli/print.ts'
import { aclNamed, gatewayFor, subnetName, subnetNamed, vpcOf } from '#lab/ibm/cli/vpc-objects.ts'
import { operandsOf } from '#lab/ibm/cli/vpc-words.ts'
import { wantsJson } from '#lab/ibm/cli/words.ts'
import { type VpcZone, vpcId, vpcName, vpcZones } from '#lab/ibm/vpc-zones.ts'

/** Subnets of the VPC, with what guards their borders, and its endpoint gateway. Not imitated: making and deleting them. */
export const subnetCommands: Commands = {
  'is vpcs': {
    only: 'vpc-gen2',
    run: ({ words }) =>
      wantsJson(words)
        ? json([{ id: vpcId, name: vpcName, status: 'available' }])
        : `Listing vpcs...\n${table(['ID', 'Name', 'Status'], [[vpcId, vpcName, 'available']])}`,
  },

  'is subnets': {
    only: 'vpc-gen2',
    run: (call) => {
      if (wantsJson(call.words)) return json(vpcZones.map((zone) => subnetJson(call, zone)))
      return `Listing subnets...\n${table(
        ['ID', 'Name', 'Status', 'Subnet CIDR', 'ACL', 'Public Gateway', 'VPC', 'Zone'],
        vpcZones.map((zone) => [
          zone.subnetId,
          subnetName(zone.name),
          'available',
          zone.subnet,
          vpcOf(call).aclOf(zone.name).name,
          gatewayOf(call, zone),
          vpcName,
          zone.name,
        ]),
      )}`
    },
  },

  'is subnet': {
    only: 'vpc-gen2',
    run: (call) => {
      const zone = zoneOf(call)
      if (wantsJson(call.words)) return json(subnetJson(call, zone))
      return `Getting subnet ${subnetName(zone.name)}...\n${sheet([
        ['ID', zone.subnetId],
        ['Name', subnetName(zone.name)],
        ['Status', 'available'],
        ['IPv4 CIDR', zone.subnet],
        ['ACL', vpcOf(call).aclOf(zone.name).name],
        ['Public Gateway', gatewayOf(call, zone)],
        ['VPC', vpcName],
        ['Zone', zone.name],
      ])}`
    },
  },

  'is subnet-update': {
    only: 'vpc-gen2',
    run: (call) => {
      const zone = zoneOf(call)
      const acl = optionOf(call, ['acl', 'network-acl', 'network-acl-id'])
      const gateway = optionOf(call, ['pgw', 'public-gateway-id'])
      if (acl === undefined && gateway === undefined)
        throw new Refused('Incorrect Usage: one of "acl" and "pgw" is needed')
      const to = {
        acl: acl === undefined ? undefined : aclNamed(call, acl),
        gateway: gateway === undefined ? undefined : gatewayFor(call, { zone, named: gateway }),
      }
      const { underlay } = call.account.site
      if (to.acl !== undefined) vpcOf(call).attach(underlay, { zone: zone.name, acl: to.acl })
      if (to.gateway !== undefined) vpcOf(call).gateways.attach(underlay, to.gateway)
      return `Updating subnet ${subnetName(zone.name)}...\nOK\n`
    },
  },

  'is endpoint-gateways': {
    only: 'vpc-gen2',
    run: (call) => {
      const gateway = endpointJson(call)
      if (wantsJson(call.words)) return json([gateway])
      return `Listing endpoint gateways...\n${table(
        ['ID', 'Name', 'Lifecycle State', 'Health State', 'VPC', 'IPs'],
        [
          [
            gateway.id,
            gateway.name,
            gateway.lifecycle_state,
            gateway.health_state,
            vpcName,
            gateway.ips.map(({ address }) => address).join(', '),
          ],
        ],
      )}`
    },
  },
}

const zoneOf = ({ words }: Call): VpcZone => subnetNamed(operandsOf(words)[0])

const gatewayOf = (call: Call, { name }: VpcZone): string => vpcOf(call).gateways.of(name)?.name ?? '-'

/** The first of these options that is given. */
const optionOf = ({ words }: Call, names: readonly string[]): string | undefined =>
  names.map((name) => words.option(name)).find((value) => value !== undefined)

const subnetJson = (call: Call, zone: VpcZone) => {
  const gateway = vpcOf(call).gateways.of(zone.name)
  return {
    id: zone.subnetId,
    name: subnetName(zone.name),
    status: 'available',
    ipv4_cidr_block: zone.subnet,
    network_acl: { name: vpcOf(call).aclOf(zone.name).name },
    ...(gateway !== undefined && { public_gateway: { id: gateway.id, name: gateway.name } }),
    vpc: { id: vpcId, name: vpcName },
    zone: { name: zone.name },
  }
}

const endpointJson = ({ account: { plan } }: Call) => ({
  id: 'r006-2e5c7f2a-5c1f-4b0c-8d5e-6a1b2c3d4e70',
  name: `iks-${plan.machines[0]?.workerId?.split('-')[1] ?? ''}`,
  lifecycle_state: 'stable',
  health_state: 'ok',
  vpc: { id: vpcId, name: vpcName },
  ips: vpcZones.map(({ endpoint, subnetId }) => ({ address: endpoint, subnet: subnetId })),
})
