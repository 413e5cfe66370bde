import type { Process } from '#lab/host/ports.ts'
import { cidr, type Ipv4, ipv4, ipv4Text } from '#lab/network/address.ts'
import { answersArp } from '#lab/network/arp.ts'
import type { LinkState } from '#lab/network/devices.ts'
import type { Route } from '#lab/network/ports.ts'
import type { SimStack } from '#lab/network/stack.ts'
import { stackOf } from '#lab/network/stack-net.ts'
import { deviceNamed, keyed } from '#lab/network/tools/ip-words.ts'

/**
 * `ip neigh`: the next hops that the routes name, asked now. A real cache would also hold other hosts of the segment that
 * were talked to, and entries that are out of date.
 */
export async function ipNeighbour(p: Process, args: readonly string[]): Promise<string> {
  const { values } = keyed(
    args.filter((word) => word !== 'show' && word !== 'list'),
    ['dev'],
  )
  const dev = values.get('dev')
  if (dev !== undefined) deviceNamed(p, dev)
  const stack = stackOf(p.net)
  const hops = new Map<string, string>()
  for (const { link, address, mac, permanent } of p.net.neighbours()) {
    if (dev !== undefined && link !== dev) continue
    const where = dev === undefined ? ` dev ${link}` : ''
    hops.set(
      `${link} ${ipv4(address)}`,
      `${address}${where} lladdr ${mac} ${permanent ? 'PERMANENT' : 'STALE'}\n`,
    )
  }
  for (const route of p.net.routes()) {
    const hop = hopOf(route)
    const link = route.dev === undefined ? undefined : stack.link(route.dev)
    if (
      hop === undefined ||
      !link ||
      hops.has(`${link.name} ${hop}`) ||
      (dev !== undefined && link.name !== dev)
    )
      continue
    const mac = macOf(stack, link, hop)
    const state = mac === undefined ? 'FAILED' : `lladdr ${mac} REACHABLE`
    const where = dev === undefined ? ` dev ${link.name}` : ''
    hops.set(`${link.name} ${hop}`, `${ipv4Text(hop)}${where} ${state}\n`)
  }
  return [...hops.values()].join('')
}

/** The gateway, or the one address that a host route leads to. */
function hopOf(route: Route): Ipv4 | undefined {
  if (route.via !== undefined) return ipv4(route.via)
  const { length, network } = cidr(route.destination)
  return route.kind === 'unicast' && length === 32 ? network : undefined
}

function macOf(stack: SimStack, link: LinkState, hop: Ipv4): string | undefined {
  if (link.peer) {
    const { stack: other, link: far } = link.peer
    return far.up && answersArp(other, far, hop) ? far.mac : undefined
  }
  const station = link.port?.up ? stack.fabric.stationOf(link.port) : undefined
  return station && stack.fabric.owner(station.segment, hop, stack)?.link.mac
}
