/** Security groups of the nodes, and what of each other's traffic they let in. */
import type { Fact, Reads } from '#cluster/facts.ts'
import { calicoTrafficIn, isEverywhere, nodeAddresses, speaksOfNodes } from '#cluster/node-subnets.ts'
import type { CloudRuleRow } from '#cluster/relations.ts'

export type GroupReads = 'cloudRules' | 'nodes' | 'workers' | 'bgpSessions' | 'messages'

export interface GroupListing {
  readonly group: string
  /** Its first inbound rule. */
  readonly first: Fact<CloudRuleRow>
  /** What of the nodes' traffic comes in: `everything`, or some of what Calico needs. */
  readonly passed: readonly string[]
  /** The provider's own group of the workers, which holds a rule for itself. */
  readonly isWorkers: boolean
}

/** Only groups that were shown with inbound rules: a cut listing of outbound ones proves nothing. */
export function groupListings(view: Reads<GroupReads>): readonly GroupListing[] {
  const addresses = nodeAddresses(view)
  const groups = Map.groupBy(
    view.rows('cloudRules').filter(({ kind }) => kind === 'security-group'),
    ({ group }) => group,
  )
  return [...groups].flatMap(([group, rules]) => {
    const inbound = rules.filter(({ direction }) => direction === 'inbound')
    const [first] = inbound
    if (first === undefined) return []
    const fromNodes = inbound.filter((rule) => isFromNodes(rule, group, addresses))
    const passed = fromNodes.flatMap((rule) => calicoTrafficIn(rule) ?? [])
    return [{ group, first, passed, isWorkers: isWorkersGroup(group) }]
  })
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
