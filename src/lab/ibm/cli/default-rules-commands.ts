import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, table } from '#lab/ibm/cli/print.ts'
import { wantsJson } from '#lab/ibm/cli/words.ts'
import type { IbmAccount } from '#lab/ibm/cloud.ts'
import {
  balancersGroup,
  endpointGroup,
  endpointRules,
  isToEverybody,
  workersGroup,
  workersRules,
} from '#lab/ibm/vpc-groups.ts'
import type { GroupPlan, GroupRule } from '#lab/network/fabric-plan.ts'
import { changeUnderlay } from '#lab/network/underlay-change.ts'

/** Between the last rule that goes and the first that comes. How long that is, the provider does not say. */
const resetMs = 60_000

/**
 * The provider's own rules in its own group of the workers: `sync` adds those that are missing, `reset` deletes all, also those of
 * the cluster's owner, before it writes its own; whether its rules let everything out is the protection of outbound traffic. `ls` lists the groups
 * that are the service's. Without a name the workers' own is meant. Not imitated: the group of endpoints that clusters of a VPC share. The
 * words printed are not published.
 *
 * @see https://cloud.ibm.com/docs/containers?topic=containers-vpc-security-group-reference
 */
export const defaultRulesCommands: Commands = {
  'ks security-group ls': {
    needs: ['cluster'],
    only: 'vpc-gen2',
    run: ({ account, words }) => {
      const groups = account.site.underlay
        .groups()
        .filter(({ name }) => servicesGroups(account).includes(name))
      const listed = groups.map(({ name }) => ({ id: name, name }))
      if (wantsJson(words)) return json(listed)
      return `OK\n${table(
        ['ID', 'Name'],
        listed.map(({ id, name }) => [id, name]),
      )}`
    },
  },

  'ks security-group sync': {
    needs: ['cluster'],
    only: 'vpc-gen2',
    run: (call) => {
      put(call, withMissing(present(call), providersRules(call)))
      return 'OK\n'
    },
  },

  'ks security-group reset': {
    needs: ['cluster'],
    only: 'vpc-gen2',
    run: (call) => {
      const { kernel } = call.account.site
      put(call, { ...present(call), inbound: [], outbound: [] })
      kernel.at(kernel.nowMs + resetMs, 'security group reset', () => put(call, providersRules(call)))
      return 'OK\n'
    },
  },

  'ks vpc outbound-traffic-protection disable': {
    needs: ['cluster'],
    only: 'vpc-gen2',
    run: (call) => {
      protect(call, 'disabled')
      put(call, withMissing(groupOf(call, workersGroup), workersRulesOf(call)))
      return 'OK\n'
    },
  },

  'ks vpc outbound-traffic-protection enable': {
    needs: ['cluster'],
    only: 'vpc-gen2',
    run: (call) => {
      protect(call, 'enabled')
      const group = withMissing(groupOf(call, workersGroup), workersRulesOf(call))
      put(call, { ...group, outbound: group.outbound.filter((rule) => !isToEverybody(rule)) })
      return 'OK\n'
    },
  },
}

/** Those that the service makes and keeps. */
const servicesGroups = (account: IbmAccount): readonly string[] => [
  workersGroup,
  balancersGroup,
  masterEndpointGroup(account),
]

/** That of the endpoint gateway of the cluster's master. */
export const masterEndpointGroup = (account: IbmAccount): string => endpointGroup(eraOf(account))

const eraOf = ({ inventory }: IbmAccount): { readonly isSecureByDefault: boolean } => ({
  isSecureByDefault: inventory.outboundProtection !== undefined,
})

/** Throws {@link Refused} for a cluster of before the protection. */
function protect({ account: { inventory } }: Call, state: 'enabled' | 'disabled'): void {
  if (inventory.outboundProtection === undefined)
    throw new Refused('The cluster is not secure by default: its outbound traffic is not protected.')
  inventory.outboundProtection = state
}

const workersRulesOf = ({ account: { inventory } }: Call): GroupPlan =>
  workersRules({ outboundProtected: inventory.outboundProtection === 'enabled' })

/** What the provider puts into the group that is named. */
function providersRules(call: Call): GroupPlan {
  const endpoint = endpointRules(eraOf(call.account))
  return nameIn(call) === endpoint.name ? endpoint : workersRulesOf(call)
}

const nameIn = ({ words }: Call): string => words.option('security-group') ?? workersGroup

/** The group that is named, as it is; one of somebody's own is never touched. */
function present(call: Call): GroupPlan {
  const named = nameIn(call)
  if (named !== workersGroup && named !== masterEndpointGroup(call.account))
    throw new Refused('The specified security group is not managed by the service.')
  return groupOf(call, named)
}

function groupOf({ account: { site } }: Call, named: string): GroupPlan {
  const group = site.underlay.groups().find(({ name }) => name === named)
  if (group === undefined) throw new Refused('The specified security group could not be found.')
  return group
}

const put = ({ account: { site } }: Call, group: GroupPlan): void =>
  changeUnderlay(site.underlay, { op: 'group', group })

const withMissing = (group: GroupPlan, wanted: GroupPlan): GroupPlan => ({
  name: group.name,
  inbound: union(group.inbound, wanted.inbound),
  outbound: union(group.outbound, wanted.outbound),
})

const union = (rules: readonly GroupRule[], wanted: readonly GroupRule[]): readonly GroupRule[] => {
  const there = new Set(rules.map((rule) => JSON.stringify(rule)))
  return [...rules, ...wanted.filter((rule) => !there.has(JSON.stringify(rule)))]
}
