/** The endpoint gateway of a VPC by which workers of IBM Cloud reach their master. */

import type { Fact, Provenance, Reads } from '#cluster/facts.ts'
import { infrastructureOf, managedClusterId } from '#cluster/managed.ts'
import { isEverywhere, nodeAddresses, speaksOfNodes } from '#cluster/node-subnets.ts'
import { isComplete } from '#cluster/queries.ts'
import type { CloudRuleRow, EndpointGatewayRow } from '#cluster/relations.ts'

export const masterGatewayReads = [
  'endpointGateways',
  'cloudRules',
  'nodes',
  'workers',
  'bgpSessions',
  'messages',
] as const
export type MasterGatewayReads = (typeof masterGatewayReads)[number]

/**
 * As the service names it.
 *
 * @see ibm-cloud-docs/containers:ts-network-nhc004.md (iks-<cluster id>)
 */
export const masterGatewayName = (cluster: string): string => `iks-${cluster}`

/** `gone`: not in the list of all. `unstable`: it is there and does not work. `closed`: its security groups let no worker in. */
export interface GatewayTrouble {
  readonly kind: 'gone' | 'unstable' | 'closed'
  readonly says: string
  readonly from: Provenance
}

/** What is known to be wrong with it; nothing while it was not read. */
export function masterGatewayTroubles(view: Reads<MasterGatewayReads>): readonly GatewayTrouble[] {
  if (infrastructureOf(view) === 'softlayer') return []
  const cluster = managedClusterId(view)
  const own = view.rows('endpointGateways').filter(({ name }) => isOfMaster(name, cluster))
  if (own.length === 0) return [...absent(view, cluster), ...ofUsualGroups(view, cluster)]
  return own.flatMap((gateway) => [...unstable(gateway), ...closed(view, gateway)])
}

/** Whether it, its state and its groups were read, and nothing is wrong with them. */
export const isMasterGatewayWell = (view: Reads<MasterGatewayReads>): boolean =>
  isComplete(view.coverage('endpointGateways')) &&
  isComplete(view.coverage('cloudRules')) &&
  view.rows('endpointGateways').some(({ name }) => isOfMaster(name, managedClusterId(view))) &&
  masterGatewayTroubles(view).length === 0

const isOfMaster = (name: string, cluster: string | undefined): boolean =>
  cluster === undefined ? name.startsWith('iks-') : name === masterGatewayName(cluster)

function absent(view: Reads<'endpointGateways'>, cluster: string | undefined): readonly GatewayTrouble[] {
  if (!isComplete(view.coverage('endpointGateways'))) return []
  const [another] = view.rows('endpointGateways')
  const command = 'ibmcloud is endpoint-gateways'
  const name = cluster === undefined ? 'none of a cluster’s master' : `no ${masterGatewayName(cluster)}`
  return [
    {
      kind: 'gone',
      says: `the list of endpoint gateways is complete, and ${name} is in it`,
      from: another?.from ?? { source: command, command },
    },
  ]
}

/** While one is made or changed it says so, and works soon after. */
const inWork: ReadonlySet<string> = new Set(['stable', 'pending', 'updating', 'waiting'])
const serving: ReadonlySet<string> = new Set(['ok', 'inapplicable'])

function unstable({ name, health, lifecycle, from }: Fact<EndpointGatewayRow>): readonly GatewayTrouble[] {
  const isUnwell = health !== undefined && !serving.has(health.toLowerCase())
  const isEnding = lifecycle !== undefined && !inWork.has(lifecycle.toLowerCase())
  if (!isUnwell && !isEnding) return []
  const states = [isUnwell ? health : undefined, isEnding ? lifecycle : undefined]
  return [
    { kind: 'unstable', says: `${name} is ${states.filter((each) => each !== undefined).join(', ')}`, from },
  ]
}

/** What several groups let in is let in; a group of which no rule is listed, where all were read, lets in nothing. */
function closed(
  view: Reads<MasterGatewayReads>,
  { name, groups = [], from }: Fact<EndpointGatewayRow>,
): readonly GatewayTrouble[] {
  if (groups.length === 0) return ofUsualGroups(view, managedClusterId(view))
  const rules = groups.map((group) => inboundOf(view, group))
  if (!isComplete(view.coverage('cloudRules')) && rules.some(({ length }) => length === 0)) return []
  if (rules.flat().some((rule) => letsWorkersIn(view, rule))) return []
  return [
    {
      kind: 'closed',
      says: `no rule of ${groups.join(', ')}, the security group of ${name}, lets the workers in to their master`,
      from: rules.flat()[0]?.from ?? from,
    },
  ]
}

/** Of a gateway that nobody described: the group that guards it in a cluster that is secure by default (1.30, OpenShift 4.15). */
function ofUsualGroups(
  view: Reads<MasterGatewayReads>,
  cluster: string | undefined,
): readonly GatewayTrouble[] {
  const usual = view
    .rows('cloudRules')
    .filter(
      ({ kind, group }) =>
        kind === 'security-group' &&
        (cluster === undefined ? guards.test(group) : group === `kube-vpegw-${cluster}`),
    )
  return [...new Set(usual.map(({ group }) => group))].flatMap((group): readonly GatewayTrouble[] => {
    const [first, ...others] = inboundOf(view, group)
    if (first === undefined || [first, ...others].some((rule) => letsWorkersIn(view, rule))) return []
    return [
      { kind: 'closed', says: `no rule of ${group} lets the workers in to their master`, from: first.from },
    ]
  })
}

/** That of the cluster's master; another, `kube-vpegw-<vpc id>`, guards what clusters share. */
const guards = /^kube-vpegw-(?!r\d{3}-)/

const inboundOf = (view: Reads<'cloudRules'>, wanted: string): readonly Fact<CloudRuleRow>[] =>
  view
    .rows('cloudRules')
    .filter(
      ({ kind, group, direction }) =>
        kind === 'security-group' && group === wanted && direction === 'inbound',
    )

/**
 * Their own group, their subnets or everybody, at some port of the range in which a master's API is.
 *
 * @see ibm-cloud-docs/containers:vpc-security-group2.md (kube-vpegw-<clusterID>)
 */
function letsWorkersIn(
  view: Reads<MasterGatewayReads>,
  { protocol = 'all', portMin = 0, portMax = 65_535, remote }: CloudRuleRow,
): boolean {
  if (!/^(?:all|any|-1|tcp)$/i.test(protocol) || portMax < nodePorts.min || portMin > nodePorts.max)
    return false
  if (remote === undefined || isEverywhere(remote)) return true
  if (/^kube-(?!lbaas-)/.test(remote)) return true
  const addresses = nodeAddresses(view)
  return addresses.length > 0 && speaksOfNodes(remote, addresses)
}

const nodePorts = { min: 30_000, max: 32_767 }
