/**
 * What tunnel devices do to packets: IP in IP (protocol 4) and VXLAN (UDP), as the kernel's ipip and vxlan drivers do it
 * for the devices that Calico makes.
 *
 * Not imitated: learning of MAC addresses and flooding (Calico's device is `nolearning` and has no default destination),
 * GSO, ECN and TTL of the outer header, errors that a tunnel keeps for the next packet (they are told at once).
 */
import { type Ipv4, ipv4 } from '#lab/network/address.ts'
import type { LinkState } from '#lab/network/devices.ts'
import type { Packet } from '#lab/network/packet.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** An IP header. */
export const ipipBytes = 20
/** IP, UDP, VXLAN and inner Ethernet header. */
export const vxlanBytes = 50
export const vxlanPort = 4789

type Wrapped =
  | { readonly kind: 'wrapped'; readonly packet: Packet }
  /** Nobody told the device who has the next hop, and it may not ask. */
  | { readonly kind: 'no-neighbour' }
  | { readonly kind: 'lost'; readonly why: string }

/** The packet that carries this one over the tunnel. */
export function wrap(
  stack: SimStack,
  link: LinkState,
  o: { readonly packet: Packet; readonly nextHop: Ipv4; readonly reply: boolean },
): Wrapped {
  return link.kind === 'ipip' ? wrapIpip(stack, link, o) : wrapVxlan(stack, link, o)
}

function wrapIpip(
  stack: SimStack,
  link: LinkState,
  { packet, nextHop, reply }: { readonly packet: Packet; readonly nextHop: Ipv4; readonly reply: boolean },
): Wrapped {
  return {
    kind: 'wrapped',
    packet: {
      protocol: 'ipip',
      source: outerSource(stack, link, nextHop),
      sourcePort: 0,
      destination: nextHop,
      port: 0,
      sizeBytes: packet.sizeBytes + ipipBytes,
      // pmtudisc is on: the outer header takes over the inner one's bit.
      dontFragment: packet.dontFragment,
      // One conversation of protocol 4 between two hosts, whichever packets it carries.
      state: reply ? 'established' : 'new',
      mark: 0,
    },
  }
}

function wrapVxlan(
  stack: SimStack,
  link: LinkState,
  { packet, nextHop }: { readonly packet: Packet; readonly nextHop: Ipv4 },
): Wrapped {
  const neighbour = stack.neighbourTable.told(link.name, nextHop)
  if (neighbour === undefined) return { kind: 'no-neighbour' }
  const entry = stack.neighbourTable.fdbEntry(link.name, neighbour.mac)
  if (entry === undefined) return { kind: 'lost', why: `no FDB entry for ${neighbour.mac} on ${link.name}` }
  const destination = ipv4(entry.destination)
  const { vni = 0, port = vxlanPort, txChecksumOffload = true } = link.tunnel ?? {}
  return {
    kind: 'wrapped',
    packet: {
      protocol: 'udp',
      source: outerSource(stack, link, destination),
      // From the inner packet's addresses, so that it takes the same way each time.
      sourcePort: 32768 + (((packet.source ^ packet.destination) >>> 0) % 28232),
      destination,
      port,
      sizeBytes: packet.sizeBytes + vxlanBytes,
      dontFragment: false,
      state: 'new',
      mark: 0,
      vxlan: { vni, mac: neighbour.mac, checksumsByCard: txChecksumOffload },
    },
  }
}

function outerSource(stack: SimStack, link: LinkState, to: Ipv4): Ipv4 {
  if (link.tunnel?.local !== undefined) return ipv4(link.tunnel.local)
  const way = stack.route(to)
  const out = way.kind === 'link' ? way.link.name : undefined
  return (way.kind === 'link' ? way.source : undefined) ?? stack.sourceFor(out) ?? 0
}

/** The device of the receiving host that takes what this packet carries; or why none does. */
export function unwrapper(
  stack: SimStack,
  p: Packet,
): { readonly link: LinkState } | { readonly why: string } {
  const { vxlan } = p
  if (vxlan === undefined) {
    const fits = ({ tunnel }: LinkState): boolean =>
      tunnel?.local === undefined || ipv4(tunnel.local) === p.destination
    const link = deviceFor(stack, 'ipip', fits)
    return link ? { link } : { why: 'no device takes protocol 4' }
  }
  const link = deviceFor(stack, 'vxlan', ({ tunnel }) => tunnel?.vni === vxlan.vni && tunnel.port === p.port)
  if (!link) return { why: `no device takes VXLAN ${vxlan.vni} on port ${p.port}` }
  if (link.mac !== vxlan.mac) return { why: `the frame is for ${vxlan.mac}, ${link.name} is ${link.mac}` }
  return { link }
}

/** The first tunnel device that takes a packet of this kind off the wire. */
function deviceFor(
  { devices }: SimStack,
  kind: 'ipip' | 'vxlan',
  fits: (link: LinkState) => boolean,
): LinkState | undefined {
  for (const link of devices.all()) if (link.kind === kind && link.up && fits(link)) return link
  return undefined
}
