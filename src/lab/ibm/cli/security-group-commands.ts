import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, table } from '#lab/ibm/cli/print.ts'
import type { GroupPlan, GroupRule } from '#lab/network/fabric-plan.ts'
import type { PortRange, RuleProtocol } from '#lab/network/rule.ts'
import { changeUnderlay } from '#lab/network/underlay-change.ts'

/**
 * Security groups of the VPC and their rules. A rule's id is its group's, its direction and its place: the real ones' are random.
 * Not imitated: groups that are made or deleted, interfaces that join or leave one, ICMP types, local addresses.
 */
export const securityGroupCommands: Commands = {
  'is security-groups': {
    only: 'vpc-gen2',
    run: ({ account: { site }, words }) => {
      const groups = site.underlay.groups()
      if (words.option('output')?.toLowerCase() === 'json') return json(groups.map(({ name }) => ({ name })))
      return `Listing security groups...\n${table(
        ['Name', 'Rules'],
        groups.map(({ name, inbound, outbound }) => [name, String(inbound.length + outbound.length)]),
      )}`
    },
  },

  'is security-group-rules': {
    only: 'vpc-gen2',
    run: (call) => {
      const rows = rowsOf(groupOf(call))
      if (call.words.option('output')?.toLowerCase() === 'json') return json(rows)
      return `Listing rules of security group ${groupOf(call).name}...\n${table(
        ['ID', 'Direction', 'Protocol', 'Ports', 'Remote'],
        rows.map(({ id, direction, protocol, ports, remote }) => [id, direction, protocol, ports, remote]),
      )}`
    },
  },

  'is security-group-rule-add': {
    only: 'vpc-gen2',
    run: (call) => {
      const [, direction, protocol] = operands(call)
      if (!isDirection(direction)) throw new Refused('Incorrect Usage: the direction is inbound or outbound')
      const group = groupOf(call)
      change(call, { ...group, [direction]: [...group[direction], ruleOf(call, protocol ?? 'all')] })
      return `Creating rule for security group ${group.name}...\nOK\n`
    },
  },

  'is security-group-rule-delete': {
    only: 'vpc-gen2',
    run: (call) => {
      const [, id] = operands(call)
      const group = groupOf(call)
      if (!rowsOf(group).some((row) => row.id === id)) throw new Refused('Security group rule not found')
      const without = (direction: Direction): readonly GroupRule[] =>
        group[direction].filter((_, place) => idOf(group, direction, place) !== id)
      change(call, { ...group, inbound: without('inbound'), outbound: without('outbound') })
      return `Deleting rule ${id} from security group ${group.name}...\nOK\n`
    },
  },
}

type Direction = 'inbound' | 'outbound'

const isDirection = (word: string | undefined): word is Direction => word === 'inbound' || word === 'outbound'

/** What follows the command's name. */
const operands = ({ words }: Call): readonly string[] => words.command.slice(2)

function groupOf(call: Call): GroupPlan {
  const [name] = operands(call)
  const group = call.account.site.underlay.groups().find((each) => each.name === name)
  if (group === undefined) throw new Refused('Security group not found')
  return group
}

const change = ({ account: { site } }: Call, group: GroupPlan): void =>
  changeUnderlay(site.underlay, { op: 'group', group })

const rowsOf = (group: GroupPlan) =>
  (['inbound', 'outbound'] as const).flatMap((direction) =>
    group[direction].map(({ protocol = 'all', ports, remote }, place) => ({
      id: idOf(group, direction, place),
      direction,
      protocol,
      ports: ports === undefined ? '-' : typeof ports === 'number' ? String(ports) : ports.join('-'),
      remote: remote === undefined ? '0.0.0.0/0' : 'cidr' in remote ? remote.cidr : remote.group,
    })),
  )

const idOf = ({ name }: GroupPlan, direction: Direction, place: number): string =>
  `${name}-${direction}-${place + 1}`

const protocols: readonly string[] = ['tcp', 'udp', 'icmp']

function ruleOf({ words }: Call, protocol: string): GroupRule {
  if (protocol !== 'all' && !protocols.includes(protocol))
    throw new Refused(`Incorrect Usage: unknown protocol ${protocol}`)
  const remote = words.option('remote')
  const [min, max] = [words.option('port-min'), words.option('port-max')]
  const ports: PortRange | undefined = min === undefined ? undefined : [Number(min), Number(max ?? min)]
  return {
    ...(protocol !== 'all' && { protocol: protocol as RuleProtocol }), // one of the list
    ...(ports !== undefined && { ports }),
    ...(remote !== undefined && {
      remote: /^\d/.test(remote)
        ? { cidr: remote.includes('/') ? remote : `${remote}/32` }
        : { group: remote },
    }),
  }
}
