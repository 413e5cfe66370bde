import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { workersGroup, workersRules } from '#lab/ibm/vpc-plan.ts'
import type { GroupPlan, GroupRule } from '#lab/network/fabric-plan.ts'
import { changeUnderlay } from '#lab/network/underlay-change.ts'

/** Between the last rule that goes and the first that comes. How long that is, the provider does not say. */
const resetMs = 60_000

/**
 * The provider's own rules in its own group of the workers: `sync` adds those that are missing, `reset` deletes all, also those of
 * the cluster's owner, before it writes its own. Not imitated: `ls`, the groups of endpoints and load balancers; the words printed
 * are not published.
 *
 * @see https://cloud.ibm.com/docs/containers?topic=containers-vpc-security-group-reference
 */
export const defaultRulesCommands: Commands = {
  'ks security-group sync': {
    needs: ['cluster'],
    only: 'vpc-gen2',
    run: (call) => {
      const { name, inbound, outbound } = present(call)
      put(call, {
        name,
        inbound: withMissing(inbound, workersRules.inbound),
        outbound: withMissing(outbound, workersRules.outbound),
      })
      return 'OK\n'
    },
  },

  'ks security-group reset': {
    needs: ['cluster'],
    only: 'vpc-gen2',
    run: (call) => {
      const { kernel } = call.account.site
      put(call, { ...present(call), inbound: [], outbound: [] })
      kernel.at(kernel.nowMs + resetMs, 'security group reset', () => put(call, workersRules))
      return 'OK\n'
    },
  },
}

/** The workers' group as it is; a group of somebody's own is never touched. */
function present({ account: { site }, words }: Call): GroupPlan {
  const named = words.option('security-group') ?? workersGroup
  const group = site.underlay.groups().find(({ name }) => name === named)
  if (named !== workersGroup || group === undefined)
    throw new Refused('The specified security group is not managed by the service.')
  return group
}

const put = ({ account: { site } }: Call, group: GroupPlan): void =>
  changeUnderlay(site.underlay, { op: 'group', group })

const withMissing = (rules: readonly GroupRule[], wanted: readonly GroupRule[]): readonly GroupRule[] => {
  const there = new Set(rules.map((rule) => JSON.stringify(rule)))
  return [...rules, ...wanted.filter((rule) => !there.has(JSON.stringify(rule)))]
}
