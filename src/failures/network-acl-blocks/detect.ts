import type { Fact } from '#cluster/facts.ts'
import { calicoTrafficIn, isEverywhere, nodeAddresses, speaksOfNodes } from '#cluster/node-subnets.ts'
import type { CloudRuleRow } from '#cluster/relations.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'

type Names = 'cloudRules' | 'nodes' | 'workers' | 'bgpSessions' | 'messages' | 'remarks'

/**
 * Finds a network ACL that denies what nodes send each other. An ACL belongs to a subnet, has no memory of connections, and its
 * first rule that matches decides; so an answer needs a rule of its own.
 *
 * @see https://cloud.ibm.com/docs/vpc?topic=vpc-using-acls
 */
export const detector = defineDetector<undefined, Names>({
  needs: ['cloudRules'],
  uses: ['nodes', 'workers', 'bgpSessions', 'messages', 'remarks'],
  judges: 'cluster',
  detect: (view) => {
    const rules = view.rows('cloudRules').filter(({ kind }) => kind === 'network-acl')
    const addresses = nodeAddresses(view)
    const signs = rules.flatMap((rule) => denial(rule, rules, addresses))
    if (!hasSign(signs, 'decisive') && !hasSign(signs, 'strong')) return []
    return findingsOf([...signs, ...remarked(view)], {
      judges: 'cluster',
      conclude: () => ({ says: 'a network ACL denies what the nodes send each other', state: undefined }),
    })
  },
  explains: explainsHere,
})

function denial(
  rule: Fact<CloudRuleRow>,
  rules: readonly CloudRuleRow[],
  addresses: readonly string[],
): readonly Sign[] {
  if (rule.action !== 'deny') return []
  const denied = calicoTrafficIn(rule)
  // A last rule that denies all is how ACLs end: it matters only where nothing before it allows.
  const isCatchAll =
    denied === 'everything' &&
    [rule.remote, rule.destination].every((one) => one === undefined || isEverywhere(one))
  if (denied === undefined || !between(rule, addresses)) return []
  if (isCatchAll && isAllowed(rule, rules)) return []
  const isNamed =
    addresses.length > 0 &&
    [rule.remote, rule.destination].some(
      (range) => range !== undefined && !isEverywhere(range) && speaksOfNodes(range, addresses),
    )
  const weight = isNamed || isCatchAll ? 'decisive' : 'strong'
  return [
    sign(
      rule,
      weight,
      `${rule.group} denies ${denied} (${rule.direction ?? 'either way'}) from ${rule.remote ?? 'anywhere'} to ${rule.destination ?? 'anywhere'}`,
      clusterSubject,
    ),
  ]
}

const between = ({ remote, destination }: CloudRuleRow, addresses: readonly string[]): boolean =>
  speaksOfNodes(remote, addresses) && speaksOfNodes(destination, addresses)

const isAllowed = (denying: CloudRuleRow, rules: readonly CloudRuleRow[]): boolean =>
  rules.some(
    (rule) =>
      rule.action === 'allow' &&
      rule.group === denying.group &&
      rule.direction === denying.direction &&
      calicoTrafficIn(rule) === 'everything',
  )

const remarked = (view: View<Names>): readonly Sign[] =>
  view.rows('remarks').flatMap((row) => {
    if (row.says === 'cross-subnet-fails')
      return [sign(row, 'weak', 'only traffic between subnets fails, as somebody says', clusterSubject)]
    return row.says === 'firewall-was-changed'
      ? [sign(row, 'weak', 'rules were changed shortly before, as somebody says', clusterSubject)]
      : []
  })
