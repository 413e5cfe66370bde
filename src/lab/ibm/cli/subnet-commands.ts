import { aclNamed, vpcOf } from '#lab/ibm/cli/acl-commands.ts'
import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, sheet, table } from '#lab/ibm/cli/print.ts'
import { operandsOf, wantsJson } from '#lab/ibm/cli/vpc-words.ts'
import { type VpcZone, vpcId, vpcName, vpcZones } from '#lab/ibm/vpc-plan.ts'

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
          nameOf(zone),
          'available',
          zone.subnet,
          vpcOf(call).aclOf(zone.name).name,
          '-',
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
      return `Getting subnet ${nameOf(zone)}...\n${sheet([
        ['ID', zone.subnetId],
        ['Name', nameOf(zone)],
        ['Status', 'available'],
        ['IPv4 CIDR', zone.subnet],
        ['ACL', vpcOf(call).aclOf(zone.name).name],
        ['Public Gateway', '-'],
        ['VPC', vpcName],
        ['Zone', zone.name],
      ])}`
    },
  },

  'is subnet-update': {
    only: 'vpc-gen2',
    run: (call) => {
      const zone = zoneOf(call)
      const { words, account } = call
      const acl = aclNamed(
        call,
        words.option('acl') ?? words.option('network-acl') ?? words.option('network-acl-id'),
      )
      vpcOf(call).attach(account.site.underlay, { zone: zone.name, acl })
      return `Updating subnet ${nameOf(zone)}...\nOK\n`
    },
  },

  'is public-gateways': {
    only: 'vpc-gen2',
    run: ({ words }) =>
      wantsJson(words) ? json([]) : 'Listing public gateways...\nNo public gateways were found.\n',
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

const nameOf = ({ name }: VpcZone): string => `${vpcName}-${name}`

function zoneOf({ words }: Call): VpcZone {
  const [wanted] = operandsOf(words)
  const zone = vpcZones.find((each) => each.subnetId === wanted || nameOf(each) === wanted)
  if (zone === undefined) throw new Refused('Subnet not found')
  return zone
}

const subnetJson = (call: Call, zone: VpcZone) => ({
  id: zone.subnetId,
  name: nameOf(zone),
  status: 'available',
  ipv4_cidr_block: zone.subnet,
  network_acl: { name: vpcOf(call).aclOf(zone.name).name },
  vpc: { id: vpcId, name: vpcName },
  zone: { name: zone.name },
})

const endpointJson = ({ account: { plan } }: Call) => ({
  id: 'r006-2e5c7f2a-5c1f-4b0c-8d5e-6a1b2c3d4e70',
  name: `iks-${plan.machines[0]?.workerId?.split('-')[1] ?? ''}`,
  lifecycle_state: 'stable',
  health_state: 'ok',
  vpc: { id: vpcId, name: vpcName },
  ips: vpcZones.map(({ endpoint, subnetId }) => ({ address: endpoint, subnet: subnetId })),
})
