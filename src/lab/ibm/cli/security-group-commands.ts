import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, table } from '#lab/ibm/cli/print.ts'
import { portsOf, protocolText, trafficOf } from '#lab/ibm/cli/vpc-words.ts'
import { wantsJson } from '#lab/ibm/cli/words.ts'
import type { GroupPlan, GroupRule } from '#lab/network/fabric-plan.ts'
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
      if (wantsJson(words))
        return json(groups.map((group) => ({ id: group.name, name: group.name, rules: rulesOf(group) })))
      return `Listing security groups...\n${table(
        ['ID', 'Name', 'Rules'],
        groups.map((group) => [group.name, group.name, String(rulesOf(group).length)]),
      )}`
    },
  },

  'is security-group-rules': {
    only: 'vpc-gen2',
    run: (call) => {
      const group = groupOf(call)
      const rules = rulesOf(group)
      if (wantsJson(call.words)) return json(rules)
      return `Listing rules of security group ${group.name}...\n${table(
        ['ID', 'Direction', 'IP version', 'Protocol', 'Remote'],
        rules.map(({ id, direction, ip_version, remote, ...rest }) => [
          id,
          direction,
          ip_version,
          protocolText(rest),
          remote.name ?? remote.cidr_block ?? '',
        ]),
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
      if (!rulesOf(group).some((rule) => rule.id === id)) throw new Refused('Security group rule not found')
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

/** As the VPC's API has them. @see https://cloud.ibm.com/apidocs/vpc (SecurityGroupRule) */
const rulesOf = (group: GroupPlan) =>
  (['inbound', 'outbound'] as const).flatMap((direction) =>
    group[direction].map(({ protocol = 'all', ports, remote }, place) => ({
      id: idOf(group, direction, place),
      direction,
      ip_version: 'ipv4',
      protocol,
      ...portsOf(ports),
      remote: remoteOf(remote),
    })),
  )

const remoteOf = (remote: GroupRule['remote']): { readonly name?: string; readonly cidr_block?: string } =>
  remote === undefined
    ? { cidr_block: '0.0.0.0/0' }
    : 'cidr' in remote
      ? { cidr_block: remote.cidr }
      : { name: remote.group }

const idOf = ({ name }: GroupPlan, direction: Direction, place: number): string =>
  `${name}-${direction}-${place + 1}`

function ruleOf({ words }: Call, protocol: string): GroupRule {
  const remote = words.option('remote')
  return {
    ...trafficOf(protocol, { min: words.option('port-min'), max: words.option('port-max') }),
    ...(remote !== undefined && {
      remote: /^\d/.test(remote)
        ? { cidr: remote.includes('/') ? remote : `${remote}/32` }
        : { group: remote },
    }),
  }
}
