/** Who answers ARP for an address, and whether a host's neighbour table takes one that answered. */
import { type Ipv4, isLoopback } from '#lab/network/address.ts'
import type { LinkState } from '#lab/network/devices.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** arp_ignore 0: for any own address; for others where proxy ARP is on and the way there leads over another link. */
export function answersArp(stack: SimStack, link: LinkState, address: Ipv4): boolean {
  if (stack.isLocal(address) && !isLoopback(address)) return true
  if (!answersForOthers(stack, link)) return false
  const way = stack.route(address)
  return way.kind === 'link' && way.link !== link && stack.forwards(link.name)
}

/** Whether it may answer ARP on a link for addresses that are not its own. */
export const answersForOthers = (stack: SimStack, link: LinkState): boolean =>
  stack.sysctls.own(`net.ipv4.conf.${link.name}.proxy_arp`) === '1'

/** How many next hops its neighbour table takes; undefined while that is the kernel's own limit, which nothing in a lab reaches. */
export function neighbourLimit({ sysctls }: SimStack): number | undefined {
  const set = sysctls.own('net.ipv4.neigh.default.gc_thresh3')
  return set === undefined ? undefined : Number(set)
}

/** Whether the neighbour table takes one more next hop; the kernel says so where it does not. */
export function resolves(
  stack: SimStack,
  { link, nextHop, limit }: { readonly link: LinkState; readonly nextHop: Ipv4; readonly limit: number },
): boolean {
  const { nowMs } = stack.fabric.kernel
  const taken = stack.neighbourTable.takes({ link: link.name, nextHop, limit }, nowMs)
  if (!taken) stack.hostKernel.says('neighbour: arp_cache: neighbor table overflow!')
  return taken
}
