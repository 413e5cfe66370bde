import { cluster } from '#lab/ibm/account.ts'
import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, sheet, table } from '#lab/ibm/cli/print.ts'
import {
  checkVpc,
  gatewayFor,
  gatewayNamed,
  subnetName,
  subnetNamed,
  vpcOf,
} from '#lab/ibm/cli/vpc-objects.ts'
import { operandsOf } from '#lab/ibm/cli/vpc-words.ts'
import { wantsJson } from '#lab/ibm/cli/words.ts'
import type { PublicGateway } from '#lab/ibm/public-gateways.ts'
import { vpcId, vpcName, vpcZones } from '#lab/ibm/vpc-zones.ts'

/**
 * Public gateways of the VPC's zones, and which subnets are attached to them. Not imitated: names and tags that change, other
 * floating IPs than a new one, resource groups.
 *
 * @see ibm-cloud-docs/vpc:pg-create.md, creating-vpc-resources.md, delete-vpc-resources.md;
 *   https://cloud.ibm.com/docs/vpc?topic=vpc-rias-error-messages (gateway_too_many, public_gateway_in_use)
 */
export const publicGatewayCommands: Commands = {
  'is public-gateways': {
    only: 'vpc-gen2',
    run: (call) => {
      const { list } = vpcOf(call).gateways
      if (wantsJson(call.words)) return json(list.map(gatewayJson))
      if (list.length === 0) return 'Listing public gateways...\nNo public gateways were found.\n'
      return `Listing public gateways...\n${table(
        ['ID', 'Name', 'Status', 'Floating IP', 'VPC', 'Zone', 'Resource group'],
        list.map(({ id, name, zone, floatingIp }) => [
          id,
          name,
          'available',
          floatingIp.address,
          vpcName,
          zone,
          cluster.resourceGroup,
        ]),
      )}`
    },
  },

  'is public-gateway': {
    only: 'vpc-gen2',
    run: (call) => shown(call, 'Getting', gatewayNamed(call, operandsOf(call.words)[0])),
  },

  'is public-gateway-create': {
    only: 'vpc-gen2',
    run: (call) => {
      const { gateways } = vpcOf(call)
      const [name = '', vpc, zone = ''] = operandsOf(call.words)
      if (zone === '') throw new Refused('Incorrect Usage: NAME VPC ZONE')
      checkVpc(vpc)
      if (!vpcZones.some((each) => each.name === zone)) throw new Refused('Zone not found')
      if (gateways.list.some((each) => each.zone === zone))
        throw new Refused('Can only have one public gateway per zone in a VPC.')
      return shown(call, 'Creating', gateways.create(name, zone))
    },
  },

  'is public-gateway-delete': {
    only: 'vpc-gen2',
    run: (call) => {
      const { gateways } = vpcOf(call)
      const gateway = gatewayNamed(call, operandsOf(call.words)[0])
      if (gateways.isInUse(gateway)) throw new Refused('Cannot delete a public gateway when it is in use.')
      gateways.delete(gateway)
      return `Deleting public gateway ${gateway.name}...\nOK\nPublic gateway ${gateway.name} is deleted.\n`
    },
  },

  'is subnet-public-gateway': {
    only: 'vpc-gen2',
    run: (call) => {
      const zone = subnetNamed(operandsOf(call.words)[0])
      const gateway = vpcOf(call).gateways.of(zone.name)
      if (gateway === undefined) throw new Refused('No public gateway is attached to the subnet.')
      return shown(call, 'Getting', gateway)
    },
  },

  'is subnet-public-gateway-attach': {
    only: 'vpc-gen2',
    needs: ['pgw'],
    run: (call) => {
      const { words, account } = call
      const zone = subnetNamed(operandsOf(words)[0])
      const gateway = gatewayFor(call, { zone, named: words.option('pgw') ?? '' })
      vpcOf(call).gateways.attach(account.site.underlay, gateway)
      return shown(call, 'Attaching', gateway)
    },
  },

  'is subnet-public-gateway-detach': {
    only: 'vpc-gen2',
    run: (call) => {
      const { name: zone } = subnetNamed(operandsOf(call.words)[0])
      vpcOf(call).gateways.detach(call.account.site.underlay, zone)
      return `Detaching public gateway from subnet ${subnetName(zone)}...\nOK\nPublic gateway is detached.\n`
    },
  },
}

const shown = ({ words }: Call, verb: string, gateway: PublicGateway): string =>
  wantsJson(words)
    ? json(gatewayJson(gateway))
    : `${verb} public gateway ${gateway.name}...\n${sheet([
        ['ID', gateway.id],
        ['Name', gateway.name],
        ['Floating IP', gateway.floatingIp.address],
        ['Status', 'available'],
        ['VPC', vpcName],
        ['Zone', gateway.zone],
        ['Resource group', cluster.resourceGroup],
      ])}`

/** @see https://cloud.ibm.com/apidocs/vpc (PublicGateway) */
const gatewayJson = ({ id, name, zone, floatingIp }: PublicGateway) => ({
  id,
  name,
  status: 'available',
  resource_type: 'public_gateway',
  floating_ip: floatingIp,
  resource_group: { name: cluster.resourceGroup },
  vpc: { id: vpcId, name: vpcName },
  zone: { name: zone },
})
