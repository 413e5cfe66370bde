import { holds } from '#cluster/addresses.ts'
import type { Facts } from '#cluster/facts.ts'
import { nodeWithAddress } from '#cluster/queries.ts'
import type { IpPoolRow } from '#cluster/relations.ts'
import { isCard } from '#cluster/tunnels.ts'
import type { Captured, Seen } from '#sources/live/deep/capture.ts'

/**
 * What pods of different nodes send each other, as it looks between the nodes, in pcap-filter's words; undefined where the pools
 * are not known. Not looked for: VXLAN on another port than 4789, IPv6.
 */
export function filterOf(facts: Facts): string | undefined {
  const pools = facts.rows('ipPools').filter(({ disabled, cidr }) => !disabled && cidr.includes('.'))
  const filters = new Set(pools.flatMap(filtersOf))
  return filters.size === 0 ? undefined : [...filters].toSorted().join(' or ')
}

const filtersOf = ({ encapsulation, cidr }: IpPoolRow): readonly string[] => [
  ...(encapsulation.startsWith('ipip') ? ['ip proto 4'] : []),
  ...(encapsulation.startsWith('vxlan') ? ['udp port 4789'] : []),
  // Within a subnet these leave as they are.
  ...(encapsulation === 'none' || encapsulation.endsWith('cross-subnet') ? [`net ${cidr}`] : []),
]

/** The nodes that get the packets which leave by a card: as often as packets were seen. */
export const targetsOf = (facts: Facts, out: Captured): readonly string[] =>
  packetsOutside(out).flatMap(({ packet }) => targetOf(facts, out.node, packet.destination) ?? [])

/** Packets on a card; what a tunnel's packet holds stands on a line of its own, and is none. */
export const packetsOutside = ({ node, packets }: Captured): readonly Seen[] =>
  packets.filter(
    ({ packet: { link }, line }) =>
      link !== undefined && line.includes(link) && isCard({ node, name: link, in: 'host', flags: [] }),
  )

/** Of a tunnel's packet the node with that address; of a bare one the next hop to the pod. */
export function targetOf(facts: Facts, from: string, destination: string | undefined): string | undefined {
  if (destination === undefined) return undefined
  const target = nodeWithAddress(facts, nextHopOf(facts, from, destination) ?? destination)?.name
  return target === from ? undefined : target
}

/** Whom a node's routes name for an address; undefined for its own pods, its own network and what leaves by the default route. */
export const nextHopOf = (facts: Facts, node: string, address: string): string | undefined =>
  facts
    .rows('routes')
    .filter((route) => route.node === node && route.in === 'host' && route.destination !== 'default')
    .find(({ via, destination }) => via !== undefined && holds(destination, address))?.via
