import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, table } from '#lab/ibm/cli/print.ts'
import { aclNamed, subnetName, vpcOf } from '#lab/ibm/cli/vpc-objects.ts'
import { operandsOf, portsOf, protocolText, trafficOf } from '#lab/ibm/cli/vpc-words.ts'
import { wantsJson } from '#lab/ibm/cli/words.ts'
import type { Acl, Direction } from '#lab/ibm/vpc-network.ts'
import { vpcId, vpcName, vpcZones } from '#lab/ibm/vpc-zones.ts'
import type { AclRule } from '#lab/network/fabric-plan.ts'

/**
 * Access lists of the VPC's subnets and their rules. The id of a list or rule is its name: the real ones' are random.
 * Not imitated: ICMP types, source ports.
 */
export const aclCommands: Commands = {
  'is network-acls': {
    only: 'vpc-gen2',
    run: (call) => {
      const { acls } = vpcOf(call)
      if (wantsJson(call.words)) return json(acls.map((acl) => aclJson(call, acl)))
      return `Listing network ACLs...\n${table(
        ['ID', 'Name', 'VPC', 'Subnets'],
        acls.map((acl) => [acl.name, acl.name, vpcName, vpcOf(call).zonesOf(acl).map(subnetName).join(', ')]),
      )}`
    },
  },

  'is network-acl': {
    only: 'vpc-gen2',
    run: (call) => {
      const acl = aclOf(call)
      return wantsJson(call.words)
        ? json(aclJson(call, acl))
        : `Getting network ACL ${acl.name}...\n${rulesTable(acl)}`
    },
  },

  'is network-acl-rules': {
    only: 'vpc-gen2',
    run: (call) => {
      const acl = aclOf(call)
      if (wantsJson(call.words)) return json(rulesOf(acl))
      return `Listing rules of network ACL ${acl.name}...\n${rulesTable(acl)}`
    },
  },

  'is network-acl-create': {
    only: 'vpc-gen2',
    run: (call) => {
      const [name = ''] = operandsOf(call.words)
      if (name === '' || vpcOf(call).acl(name) !== undefined)
        throw new Refused('Incorrect Usage: a name is needed that no network ACL has')
      return `Creating network ACL ${name}...\n${rulesTable(vpcOf(call).createAcl(name))}`
    },
  },

  'is network-acl-delete': {
    only: 'vpc-gen2',
    run: (call) => {
      const acl = aclOf(call)
      if (vpcOf(call).zonesOf(acl).length > 0) throw new Refused('The network ACL is attached to a subnet')
      vpcOf(call).deleteAcl(acl.name)
      return `Deleting network ACL ${acl.name}...\nOK\n`
    },
  },

  'is network-acl-rule-add': {
    only: 'vpc-gen2',
    run: (call) => {
      const acl = aclOf(call)
      const [, action, direction, protocol = 'all', source = everywhere, destination = everywhere] =
        operandsOf(call.words)
      if (!isAction(action) || !isDirection(direction))
        throw new Refused('Incorrect Usage: ACL ACTION DIRECTION PROTOCOL SOURCE DESTINATION')
      const { words } = call
      const rule: AclRule = {
        name: words.option('name') ?? `${action}-${direction}-${rulesOf(acl).length + 1}`,
        action,
        ...(source !== everywhere && { source }),
        ...(destination !== everywhere && { destination }),
        ...trafficOf(protocol, {
          min: words.option('destination-port-min'),
          max: words.option('destination-port-max'),
        }),
      }
      const at = placeBefore(acl, { direction, rule: words.option('before-rule') })
      change(call, { ...acl, [direction]: acl[direction].toSpliced(at, 0, rule) })
      return `Creating rule ${rule.name} in network ACL ${acl.name}...\nOK\n`
    },
  },

  'is network-acl-rule-delete': {
    only: 'vpc-gen2',
    run: (call) => {
      const acl = aclOf(call)
      const [, id] = operandsOf(call.words)
      if (!rulesOf(acl).some((rule) => rule.id === id)) throw new Refused('Network ACL rule not found')
      const without = (direction: Direction): readonly AclRule[] =>
        acl[direction].filter(({ name }) => name !== id)
      change(call, { ...acl, inbound: without('inbound'), outbound: without('outbound') })
      return `Deleting rule ${id} from network ACL ${acl.name}...\nOK\n`
    },
  },
}

const everywhere = '0.0.0.0/0'

const aclOf = (call: Call): Acl => aclNamed(call, operandsOf(call.words)[0])

/** Where among the rules of its direction a new one stands that comes before `rule`, be that of its direction or not; else the end. */
function placeBefore(
  acl: Acl,
  o: { readonly direction: Direction; readonly rule: string | undefined },
): number {
  if (o.rule === undefined) return acl[o.direction].length
  const place = rulesOf(acl).findIndex(({ id }) => id === o.rule)
  if (place < 0) throw new Refused('Network ACL rule not found')
  const inbound = acl.inbound.length
  return o.direction === 'inbound' ? Math.min(place, inbound) : Math.max(place - inbound, 0)
}

const change = (call: Call, acl: Acl): void => vpcOf(call).setAcl(call.account.site.underlay, acl)

const isAction = (word: string | undefined): word is AclRule['action'] => word === 'allow' || word === 'deny'

const isDirection = (word: string | undefined): word is Direction => word === 'inbound' || word === 'outbound'

/** As the VPC's API has them, in the order in which they are asked. @see https://cloud.ibm.com/apidocs/vpc (NetworkACLRule) */
const rulesOf = (acl: Acl) =>
  (['inbound', 'outbound'] as const).flatMap((direction) =>
    acl[direction].map(({ name, action, protocol = 'all', ports, source, destination }) => {
      const { port_min, port_max } = portsOf(ports)
      return {
        id: name,
        name,
        action,
        direction,
        ip_version: 'ipv4',
        protocol,
        source: source ?? everywhere,
        destination: destination ?? everywhere,
        ...(port_min !== undefined && { destination_port_min: port_min }),
        ...(port_max !== undefined && { destination_port_max: port_max }),
      }
    }),
  )

const aclJson = (call: Call, acl: Acl) => ({
  id: acl.name,
  name: acl.name,
  rules: rulesOf(acl),
  subnets: vpcOf(call)
    .zonesOf(acl)
    .map((zone) => ({ id: vpcZones.find(({ name }) => name === zone)?.subnetId, name: subnetName(zone) })),
  vpc: { id: vpcId, name: vpcName },
})

const rulesTable = (acl: Acl): string =>
  table(
    ['ID', 'Name', 'Action', 'IP version', 'Source', 'Destination', 'Protocol', 'Direction'],
    rulesOf(acl).map(({ id, name, action, ip_version, source, destination, direction, ...rest }) => [
      id,
      name,
      action,
      ip_version,
      source,
      destination,
      protocolText({
        protocol: rest.protocol,
        ...(rest.destination_port_min !== undefined && { port_min: rest.destination_port_min }),
        ...(rest.destination_port_max !== undefined && { port_max: rest.destination_port_max }),
      }),
      direction,
    ]),
  )
