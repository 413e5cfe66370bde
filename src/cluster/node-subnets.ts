/** Where the nodes are, as the network around them sees it. */
import { bareAddress, holds, overlaps } from '#cluster/addresses.ts'
import type { Reads } from '#cluster/facts.ts'

type Names = 'nodes' | 'workers' | 'bgpSessions' | 'messages'

/** Addresses of nodes, from whatever shows them: nodes, a provider's workers, peers that are complained about. Sorted. */
export function nodeAddresses(facts: Reads<Names>): readonly string[] {
  const found = [
    ...facts.rows('nodes').flatMap(({ internalIp, calicoIpv4 }) => [internalIp, calicoIpv4]),
    ...facts.rows('workers').map(({ node }) => node),
    ...facts.rows('bgpSessions').map(({ peer }) => peer),
    ...facts
      .rows('messages')
      .filter(({ message }) => message.id === 'health/bgp-not-established')
      .flatMap(({ message }) => message.params.peers?.split(',') ?? []),
  ]
  const plain = found.flatMap((each) => (each === undefined ? [] : [bareAddress(each)]))
  return [...new Set(plain)].filter((each) => holds('0.0.0.0/0', each) || holds('::/0', each)).sort()
}

/** Whether a range of a rule speaks of the nodes: all addresses, or a range in which one of them lies. */
export const speaksOfNodes = (range: string | undefined, addresses: readonly string[]): boolean =>
  range === undefined ||
  isEverywhere(range) ||
  addresses.some((address) => holds(range, address)) ||
  // Without any address of a node, ranges that clusters do not use for nodes are all that can be excluded.
  (addresses.length === 0 && overlaps(range, '0.0.0.0/0'))

export const isEverywhere = (range: string): boolean => /^(?:0\.0\.0\.0\/0|::\/0|any|all)$/i.test(range)

/** The distinct /24 in which the nodes' addresses lie: more than one means that traffic between them is routed. */
export const nodeNetworks = (addresses: readonly string[]): readonly string[] => [
  ...new Set(addresses.filter((one) => one.includes('.')).map((one) => one.split('.').slice(0, 3).join('.'))),
]

/** What Calico needs between nodes: BGP, Typha, IP-in-IP, VXLAN, WireGuard. */
const needed: readonly { readonly protocol: string; readonly port?: number; readonly says: string }[] = [
  { protocol: 'tcp', port: 179, says: 'BGP (TCP 179)' },
  { protocol: 'tcp', port: 5473, says: 'Typha (TCP 5473)' },
  { protocol: '4', says: 'IP-in-IP (protocol 4)' },
  { protocol: 'udp', port: 4789, says: 'VXLAN (UDP 4789)' },
]

/** What of Calico's traffic a rule with this protocol and these ports matches; undefined: none of it. */
export function calicoTrafficIn(rule: {
  readonly protocol?: string | undefined
  readonly portMin?: number | undefined
  readonly portMax?: number | undefined
}): string | undefined {
  const protocol = (rule.protocol ?? 'all').toLowerCase()
  if (/^(?:all|any|-1)$/.test(protocol)) return 'everything'
  const hit = needed.find(
    ({ protocol: wanted, port }) =>
      protocol === wanted &&
      (port === undefined ||
        (port >= (rule.portMin ?? 0) && port <= (rule.portMax ?? rule.portMin ?? 65_535))),
  )
  return hit?.says
}
