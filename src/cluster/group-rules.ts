/** Security groups of the nodes, and what of each other's traffic they let in and out. */
import type { Fact, Reads } from '#cluster/facts.ts'
import { calicoTrafficIn, isEverywhere, nodeAddresses, speaksOfNodes } from '#cluster/node-subnets.ts'
import type { CloudRuleRow } from '#cluster/relations.ts'

export type GroupReads = 'cloudRules' | 'nodes' | 'workers' | 'bgpSessions' | 'messages'

export interface GroupListing {
  readonly group: string
  readonly direction: Direction
  /** Its first rule of that direction. */
  readonly first: Fact<CloudRuleRow>
  /** What of the nodes' traffic comes through: `everything`, or some of what Calico needs. */
  readonly passed: readonly string[]
  /** The provider's own group of the workers, which holds a rule for itself. */
  readonly isWorkers: boolean
}

type Direction = 'inbound' | 'outbound'

/**
 * One for each group and direction that rules were shown of: a listing of outbound rules alone proves nothing about inbound ones.
 * Up to 1.29 the workers' group lets everything out; from 1.30 on ("secure by default") it needs a rule for itself both ways.
 */
export function groupListings(view: Reads<GroupReads>): readonly GroupListing[] {
  const addresses = nodeAddresses(view)
  const groups = Map.groupBy(
    view.rows('cloudRules').filter(({ kind }) => kind === 'security-group'),
    ({ group }) => group,
  )
  return [...groups].flatMap(([group, rules]) =>
    directions.flatMap((direction) => {
      const listed = rules.filter((rule) => rule.direction === direction)
      const [first] = listed
      if (first === undefined) return []
      const ofNodes = listed.filter((rule) => isOfNodes(rule, group, addresses))
      const passed = ofNodes.flatMap((rule) => calicoTrafficIn(rule) ?? [])
      return [{ group, direction, first, passed, isWorkers: isWorkersGroup(group) }]
    }),
  )
}

const directions: readonly Direction[] = ['inbound', 'outbound']

/** Whether the other end that a rule names is the nodes. */
const isOfNodes = ({ remote }: CloudRuleRow, group: string, addresses: readonly string[]): boolean =>
  remote === group ||
  remote === 'self' ||
  (remote !== undefined &&
    (isEverywhere(remote) || (addresses.length > 0 && speaksOfNodes(remote, addresses))))

/** `kube-<cluster id>`; the groups of endpoints (`kube-vpegw-…`) and load balancers (`kube-lbaas-…`) are not the workers'. */
const isWorkersGroup = (group: string): boolean => {
  const [first, second, ...rest] = group.split('-')
  return first === 'kube' && second !== undefined && second.length > 8 && rest.length === 0
}
