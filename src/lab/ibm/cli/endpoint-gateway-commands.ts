import { cluster } from '#lab/ibm/account.ts'
import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { masterEndpointGroup } from '#lab/ibm/cli/default-rules-commands.ts'
import { json, sheet, table } from '#lab/ibm/cli/print.ts'
import { subnetName, vpcOf } from '#lab/ibm/cli/vpc-objects.ts'
import { operandsOf } from '#lab/ibm/cli/vpc-words.ts'
import { wantsJson } from '#lab/ibm/cli/words.ts'
import { endpointGatewayId, endpointGatewayName } from '#lab/ibm/endpoint-gateway.ts'
import { vpcId, vpcName, vpcZones } from '#lab/ibm/vpc-zones.ts'

/**
 * The endpoint gateway by which the workers of a VPC reach their master. Not imitated: making one by hand, its reserved IPs one by
 * one, gateways of other services.
 *
 * @see ibm-cloud-docs/vpc:vpe-viewing-details-of-an-endpoint-gateway.md, vpe-deleting-an-endpoint-gateway.md
 */
export const endpointGatewayCommands: Commands = {
  'is endpoint-gateways': {
    only: 'vpc-gen2',
    run: (call) => {
      const list = vpcOf(call).endpoint.isThere ? [gatewayOf(call)] : []
      if (wantsJson(call.words)) return json(list)
      if (list.length === 0) return 'Listing endpoint gateways...\nNo endpoint gateways were found.\n'
      return `Listing endpoint gateways...\n${table(
        ['ID', 'Name', 'VPC', 'Reserved IPs', 'Health state', 'Lifecycle state', 'Resource group'],
        list.map((each) => [
          each.id,
          each.name,
          vpcName,
          each.ips.map(({ address }) => address).join(', '),
          each.health_state,
          each.lifecycle_state,
          cluster.resourceGroup,
        ]),
      )}`
    },
  },

  'is endpoint-gateway': {
    only: 'vpc-gen2',
    run: (call) => {
      check(call)
      const gateway = gatewayOf(call)
      if (wantsJson(call.words)) return json(gateway)
      return `Getting endpoint gateway ${gateway.name}...\n${sheet([
        ['ID', gateway.id],
        ['Name', gateway.name],
        ['VPC', vpcName],
        ['Health state', gateway.health_state],
        ['Lifecycle state', gateway.lifecycle_state],
        ...gateway.ips.map(({ name, address }): [string, string] => [name, address]),
        ['Security groups', gateway.security_groups.map(({ name }) => name).join(', ')],
        ['Resource group', cluster.resourceGroup],
      ])}`
    },
  },

  'is endpoint-gateway-delete': {
    only: 'vpc-gen2',
    run: (call) => {
      check(call)
      vpcOf(call).endpoint.delete(call.account.site.underlay)
      return `Deleting endpoint gateway ${gateway.name}...\nOK\nEndpoint gateway ${gateway.name} is deleted.\n`
    },
  },
}

/** Throws {@link Refused} where it is not there, or another one is meant. */
function check(call: Call): void {
  const [wanted] = operandsOf(call.words)
  const isMeant = wanted === gateway.id || wanted === gateway.name
  if (!isMeant || !vpcOf(call).endpoint.isThere) throw new Refused('Endpoint gateway not found')
}

const gatewayOf = ({ account }: Call) => {
  const group = masterEndpointGroup(account)
  return { ...gateway, security_groups: [{ id: group, name: group }] } // a group's name is its id in the lab
}

/** @see https://cloud.ibm.com/apidocs/vpc (EndpointGateway) */
const gateway = {
  id: endpointGatewayId,
  name: endpointGatewayName,
  health_state: 'ok',
  lifecycle_state: 'stable',
  ips: vpcZones.map(({ name, endpoint }) => ({
    name: `${subnetName(name)}-${cluster.id}`,
    address: endpoint,
  })),
  resource_group: { name: cluster.resourceGroup },
  vpc: { id: vpcId, name: vpcName },
}
