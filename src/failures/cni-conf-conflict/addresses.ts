/** Pods' addresses that one IPAM alone would not have given out. */
import { holds } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { isComplete } from '#cluster/queries.ts'
import type { PodRow } from '#cluster/relations.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

export type AddressReads = 'pods' | 'nodes' | 'ipPools'

export const addressSigns = (view: Reads<AddressReads>): readonly Sign[] => [
  ...shared(view),
  ...outsidePools(view),
]

type Addressed = Fact<PodRow> & { readonly ip: string }

/** Pods with a network of their own. Those of the host's network have the node's address, as many as there are. */
const addressed = (view: Reads<'pods' | 'nodes'>): readonly Addressed[] => {
  const hosts = new Set([
    ...view.rows('nodes').flatMap(({ internalIp }) => internalIp ?? []),
    ...view.rows('pods').flatMap((pod) => (isOfHost(pod) ? (pod.ip ?? []) : [])),
  ])
  return view
    .rows('pods')
    .filter((pod): pod is Addressed => pod.ip !== undefined)
    .filter(
      (pod) => !isOfHost(pod) && !ended.has(pod.phase ?? '') && !hosts.has(pod.ip) && pod.ip !== pod.node,
    )
}

const isOfHost = ({ hostNetwork, component }: PodRow): boolean =>
  hostNetwork === true || (hostNetwork === undefined && component === 'calico-node')

const ended: ReadonlySet<string> = new Set(['Succeeded', 'Failed'])

/** On one node only where its own address is known: else the two may be of the host's network. */
function shared(view: Reads<'pods' | 'nodes'>): readonly Sign[] {
  const byAddress = Map.groupBy(addressed(view), ({ ip }) => ip)
  return [...byAddress].flatMap(([ip, pods]) => {
    const [first, second] = pods
    if (first === undefined || second === undefined) return []
    const isElsewhere = pods.some(({ node }) => node !== first.node)
    return isElsewhere || isAddressKnown(view, first.node)
      ? [sign(second, 'strong', `the pods ${first.name} and ${second.name} both have ${ip}`)]
      : []
  })
}

/** The node's address was shown, by its row or because it is called so. */
const isAddressKnown = (view: Reads<'nodes'>, node = ''): boolean =>
  holds('0.0.0.0/0', node) ||
  view.rows('nodes').some(({ name, internalIp }) => name === node && internalIp !== undefined)

function outsidePools(view: Reads<AddressReads>): readonly Sign[] {
  const pools = view.rows('ipPools')
  if (pools.length === 0 || !isComplete(view.coverage('ipPools'))) return []
  return addressed(view)
    .filter(({ ip, node }) => isAddressKnown(view, node) && !pools.some(({ cidr }) => holds(cidr, ip)))
    .slice(0, 3)
    .map((pod) =>
      sign(pod, 'strong', `the pod ${pod.name} has ${pod.ip}, which is of none of Calico’s pools`),
    )
}
