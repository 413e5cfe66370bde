/**
 * What `ibmcloud is … --output json` lists, as the VPC API has it.
 *
 * @see https://cloud.ibm.com/apidocs/vpc (list_security_groups, list_network_acls, list_vpc_routing_table_routes, list_endpoint_gateways)
 */
import { z } from 'zod'
import type { CloudRuleRow, EndpointGatewayRow } from '#cluster/relations.ts'
import { count, list, text } from '#sources/formats/lenient.ts'

const remote = z
  .object({ name: text, cidr_block: text, address: text })
  .transform(({ name, cidr_block, address }) => cidr_block ?? address ?? name)
  .optional()
  .catch(undefined)

const groupRule = z.object({
  direction: z.enum(['inbound', 'outbound']),
  protocol: text,
  port_min: count,
  port_max: count,
  remote,
})

/** The rules of one group. undefined: it is something else. */
export function parseGroupRules(group: string, out: unknown): readonly CloudRuleRow[] | undefined {
  const read = z.array(groupRule).safeParse(out)
  return read.success
    ? read.data.map((rule) => ({
        kind: 'security-group',
        group,
        direction: rule.direction,
        action: 'allow',
        protocol: protocolOf(rule.protocol),
        ...portsOf(rule.port_min, rule.port_max),
        ...(rule.remote !== undefined && { remote: rule.remote }),
      }))
    : undefined
}

const aclRule = z.object({
  action: z.enum(['allow', 'deny']),
  direction: z.enum(['inbound', 'outbound']),
  protocol: text,
  source: text,
  destination: text,
  destination_port_min: count,
  destination_port_max: count,
})

const acl = z.object({
  name: z.string(),
  subnets: list(z.object({ id: text })),
  rules: z.array(aclRule),
})

/** The rules of those lists that one of the subnets has. */
export function parseAcls(
  out: unknown,
  { subnets }: { readonly subnets: readonly string[] },
): readonly CloudRuleRow[] | undefined {
  const read = z.array(acl).safeParse(out)
  return read.success
    ? read.data
        .filter((one) => one.subnets?.some(({ id }) => id !== undefined && subnets.includes(id)))
        .flatMap(({ name, rules }) => rules.map((rule) => aclRow(name, rule)))
    : undefined
}

const aclRow = (group: string, rule: z.infer<typeof aclRule>): CloudRuleRow => ({
  kind: 'network-acl',
  group,
  direction: rule.direction,
  action: rule.action,
  protocol: protocolOf(rule.protocol),
  ...portsOf(rule.destination_port_min, rule.destination_port_max),
  ...(rule.source !== undefined && { remote: rule.source }),
  ...(rule.destination !== undefined && { destination: rule.destination }),
})

const table = z.object({ id: z.string(), name: z.string() })

export interface RoutingTable {
  readonly id: string
  readonly name: string
}

export function parseRoutingTables(out: unknown): readonly RoutingTable[] | undefined {
  const read = z.array(table).safeParse(out)
  return read.success ? read.data : undefined
}

const route = z.object({
  action: z.enum(['deliver', 'drop', 'delegate', 'delegate_vpc']),
  destination: text,
  next_hop: z
    .object({ address: text })
    .transform(({ address }) => address)
    .optional()
    .catch(undefined),
})

export function parseRoutes(tableName: string, out: unknown): readonly CloudRuleRow[] | undefined {
  const read = z.array(route).safeParse(out)
  return read.success
    ? read.data.map(
        ({ action, destination, next_hop }): CloudRuleRow => ({
          kind: 'route',
          group: tableName,
          action: action === 'delegate_vpc' ? 'delegate' : action,
          ...(destination !== undefined && { destination }),
          ...(next_hop !== undefined && { nextHop: next_hop }),
        }),
      )
    : undefined
}

const endpointGateway = z.object({
  name: z.string(),
  health_state: text,
  lifecycle_state: text,
  security_groups: list(z.object({ name: z.string() })),
})

/** Those of all services: that of a cluster's master is one of them. */
export function parseEndpointGateways(out: unknown): readonly EndpointGatewayRow[] | undefined {
  const read = z.array(endpointGateway).safeParse(out)
  return read.success
    ? read.data.map(({ name, health_state, lifecycle_state, security_groups }) => ({
        name,
        ...(health_state !== undefined && { health: health_state }),
        ...(lifecycle_state !== undefined && { lifecycle: lifecycle_state }),
        ...(security_groups.length > 0 && { groups: security_groups.map((each) => each.name) }),
      }))
    : undefined
}

const protocolOf = (word: string | undefined): string =>
  word === undefined || word === 'icmp_tcp_udp' || word === 'any' ? 'all' : word

const portsOf = (
  min: number | undefined,
  max: number | undefined,
): Pick<CloudRuleRow, 'portMin' | 'portMax'> => ({
  ...(min !== undefined && { portMin: min }),
  ...(max !== undefined && { portMax: max }),
})
