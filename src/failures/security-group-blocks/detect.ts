import type { Fact } from '#cluster/facts.ts'
import { calicoTrafficIn, isEverywhere, nodeAddresses, speaksOfNodes } from '#cluster/node-subnets.ts'
import type { CloudRuleRow } from '#cluster/relations.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'

type Names = 'cloudRules' | 'nodes' | 'workers' | 'bgpSessions' | 'messages' | 'remarks'

/**
 * Finds a security group of the nodes that does not let them reach each other: security groups only allow, so a rule that is
 * missing blocks. The workers' own group refers to itself; whoever removes that rule cuts all nodes off from each other.
 *
 * @see https://cloud.ibm.com/docs/containers?topic=containers-vpc-security-group-reference (kube-<cluster-id>)
 */
export const detector = defineDetector<{ readonly group: string } | undefined, Names>({
  needs: ['cloudRules'],
  uses: ['nodes', 'workers', 'bgpSessions', 'messages', 'remarks'],
  judges: 'cluster',
  detect: (view) => {
    const groups = Map.groupBy(
      view.rows('cloudRules').filter(({ kind }) => kind === 'security-group'),
      ({ group }) => group,
    )
    const signs = [...groups].flatMap(([group, rules]) => groupSigns(view, group, rules))
    if (signs.length === 0) return []
    return findingsOf([...signs, ...changed(view)], {
      judges: 'cluster',
      conclude: () => ({
        says: `the security group ${[...groups.keys()].join(', ')} does not let the nodes reach each other`,
        state: undefined,
      }),
    })
  },
  explains: explainsHere,
})

/** Only a group that was shown with inbound rules: a cut listing of outbound ones proves nothing. */
function groupSigns(view: View<Names>, group: string, rules: readonly Fact<CloudRuleRow>[]): readonly Sign[] {
  const inbound = rules.filter(({ direction }) => direction === 'inbound')
  const [first] = inbound
  if (first === undefined) return []
  const addresses = nodeAddresses(view)
  const fromNodes = inbound.filter((rule) => isFromNodes(rule, group, addresses))
  const passed = fromNodes.flatMap((rule) => calicoTrafficIn(rule) ?? [])
  if (passed.includes('everything')) return []
  const missing = passed.length === 0 ? 'nothing' : `only ${[...new Set(passed)].join(', ')}`
  // The provider's own group must hold a rule for itself; of another group other groups may do it.
  const weight = isWorkersGroup(group) ? 'decisive' : 'weak'
  return [
    sign(
      first,
      weight,
      `no inbound rule of ${group} lets the nodes' traffic in: ${missing} of it passes`,
      clusterSubject,
    ),
  ]
}

const isFromNodes = ({ remote }: CloudRuleRow, group: string, addresses: readonly string[]): boolean =>
  remote === group ||
  remote === 'self' ||
  (remote !== undefined &&
    (isEverywhere(remote) || (addresses.length > 0 && speaksOfNodes(remote, addresses))))

/** `kube-<cluster id>`; the groups of endpoints (`kube-vpegw-…`) and load balancers (`kube-lbaas-…`) are not the workers'. */
const isWorkersGroup = (group: string): boolean => {
  const [first, second, ...rest] = group.split('-')
  return first === 'kube' && second !== undefined && second.length > 8 && rest.length === 0
}

const changed = (view: View<Names>): readonly Sign[] =>
  view
    .rows('remarks')
    .filter(({ says }) => says === 'firewall-was-changed')
    .map((row) => sign(row, 'weak', 'rules were changed shortly before, as somebody says', clusterSubject))
