/**
 * The way of one packet, host by host, as data. Order in a host as in Linux: reverse path filter, raw and mangle tables, NAT
 * of the destination, routing, filter, NAT of the source, neighbour, wire. Replies go back through the hosts that rewrote
 * the first packet. A tunnel device puts the packet into another, which goes its own way from there.
 *
 * Not imitated: ICMP redirects, policy routing, neighbour caches (ARP is asked afresh), loss of single fragments.
 */

import { type Ipv4, ipv4, ipv4Text } from '#lab/network/address.ts'
import { answersArp, neighbourLimit, resolves } from '#lab/network/arp.ts'
import { pass, passRequests } from '#lab/network/capture.ts'
import type { LinkState } from '#lab/network/devices.ts'
import { before } from '#lab/network/early-tables.ts'
import { errorPacket, refusal, rejection, unreachable } from '#lab/network/icmp-errors.ts'
import { lost, note } from '#lab/network/lost.ts'
import {
  ask,
  drawnFrom,
  enter,
  leave,
  rewriteSource,
  settle,
  type Visit,
  type Walk,
} from '#lab/network/nat.ts'
import { newFlow, tupleOf, type UnreachableReason, type Verdict, wireBytes } from '#lab/network/packet.ts'
import { admits, martian } from '#lab/network/reverse-path.ts'
import type { SimStack } from '#lab/network/stack.ts'
import { ipipBytes, unwrapper, wrap } from '#lab/network/tunnel.ts'
import { obstacle } from '#lab/network/wire.ts'

/** The kernel gives up on a neighbour after three requests, one second apart (neigh mcast_solicit, retrans_time_ms). */
const arpSilenceMs = 3000
const hopsMax = 64

/** Sends a packet that a local socket made. */
export function send(stack: SimStack, walk: Walk): Verdict {
  stack.fabric.counts.walks++
  stack.fabric.surveyor.visit(stack)
  const p = walk.packet
  const first = stack.route(p.destination)
  if (first.kind === 'blackhole') return { kind: 'invalid' }
  if (first.kind === 'none') return note(stack, walk, refusal(stack, 'net'), 'no route')
  if (first.kind === 'unreachable') return note(stack, walk, refusal(stack, 'host'), 'unreachable route')
  const early = before(stack, walk, { chain: 'OUTPUT', out: first.kind === 'link' ? first.link.name : 'lo' })
  if (early) return early
  const visit = enter(stack, walk, undefined, 'OUTPUT', first.kind === 'link' ? first.link.name : 'lo')
  const way = stack.route(p.destination)
  if (way.kind === 'local') {
    const stopped = filtered(visit, 'OUTPUT', 'lo')
    if (stopped) return stopped
    leave(visit, 'lo')
    if (stack.taps !== undefined) pass(stack, 'lo', 'in', walk)
    return deliver(visit, 'lo')
  }
  if (way.kind !== 'link')
    return note(stack, walk, { kind: 'lost', why: `${way.kind} route` }, `${way.kind} route`)
  const stopped = filtered(visit, 'OUTPUT', way.link.name)
  if (stopped) return stopped
  leave(visit, way.link.name)
  return transmit(visit, way.link, way.nextHop)
}

function receive(stack: SimStack, link: LinkState, walk: Walk): Verdict {
  const p = walk.packet
  stack.fabric.surveyor.visit(stack)
  stack.goesBy(link.name)
  if (walk.count++ > hopsMax) return lost(stack, walk, 'time to live exceeded')
  p.mark = 0
  if (stack.taps !== undefined) pass(stack, link.name, 'in', walk)
  if (!admits(stack, p.source, link.name)) {
    if (!walk.dry) martian(stack, p, link.name)
    return lost(stack, walk, `reverse path filter of ${link.name}`)
  }
  const early = before(stack, walk, { chain: 'PREROUTING', in: link.name })
  if (early) return early
  const visit = enter(stack, walk, link, 'PREROUTING', undefined)
  const way = stack.route(p.destination)
  if (way.kind === 'local') {
    settle(visit)
    return deliver(visit, link.name)
  }
  if (!stack.forwards(link.name))
    return lost(stack, walk, `not for this host, and forwarding is off on ${link.name}`)
  if (p.ttl !== undefined && --p.ttl < 1) return expired(visit)
  switch (way.kind) {
    case 'none':
      return answered(visit, 'net', 'no route')
    case 'unreachable':
      return answered(visit, 'host', 'unreachable route')
    case 'blackhole':
      return lost(stack, walk, `blackhole route ${way.destination}`)
    default: {
      const stopped = filtered(visit, 'FORWARD', way.link.name)
      if (stopped) return stopped
      leave(visit, way.link.name)
      return transmit(visit, way.link, way.nextHop)
    }
  }
}

function deliver(visit: Visit, inLink: string): Verdict {
  const { stack, walk } = visit
  const stopped = filtered(visit, 'INPUT', undefined, inLink)
  if (stopped) return stopped
  if (walk.carries) return unwrapped(visit, walk.carries)
  if (walk.packet.spoilt && walk.packet.protocol !== 'icmp') return lost(stack, walk, 'bad checksum')
  // The reply's source is the address that the first packet was sent to.
  if (visit.binding && walk.reply)
    rewriteSource(walk, visit.binding.original.destination, visit.binding.original.port)
  walk.hops?.push({ at: stack.name, what: `delivered to ${ipv4Text(walk.packet.destination)}` })
  return { kind: 'delivered', at: stack, tuple: tupleOf(walk.packet), hops: walk.count }
}

function filtered(
  visit: Visit,
  chain: 'INPUT' | 'OUTPUT' | 'FORWARD',
  out: string | undefined,
  inLink = visit.in?.name,
): Verdict | undefined {
  const { stack, walk, translated } = visit
  const answer = ask(stack, walk, { table: 'filter', chain, in: inLink, out, translated })
  if (answer?.kind === 'drop') return lost(stack, walk, `dropped by chain ${answer.by}`)
  if (answer?.kind !== 'reject') return undefined
  return answered(visit, rejection[answer.with], `rejected by chain ${answer.by}`)
}

function transmit(visit: Visit, link: LinkState, nextHop: Ipv4): Verdict {
  const { stack, walk } = visit
  const p = walk.packet
  if (!link.up) return lost(stack, walk, `${link.name} is down`)
  if (wireBytes(p) > link.mtuBytes) {
    if (p.dontFragment) return tooBig(visit, link.mtuBytes, link.name)
    p.fragmentBytes = link.mtuBytes
    walk.hops?.push({ at: stack.name, what: `${p.sizeBytes} bytes in pieces of ${link.mtuBytes}` })
  }
  if (walk.hops) walk.hops.push({ at: stack.name, what: routed(p.destination, nextHop, link.name) })
  const limit = neighbourLimit(stack)
  if (limit !== undefined) {
    drawnFrom(Number.POSITIVE_INFINITY, stack, walk)
    const isAsked = link.kind === 'ether' || link.kind === 'veth'
    if (isAsked && !resolves(stack, { link, nextHop, limit }))
      return lost(stack, walk, 'neighbour table overflow')
  }
  switch (link.kind) {
    case 'veth':
      return through(visit, link, nextHop)
    case 'ether':
      return cross(visit, link, nextHop)
    case 'ipip':
    case 'vxlan':
      return tunnelled(visit, link, nextHop)
    default:
      return lost(stack, walk, `${link.name} (${link.kind}) leads nowhere`)
  }
}

/** To the namespace at the other end of the pair. */
function through(visit: Visit, link: LinkState, nextHop: Ipv4): Verdict {
  const { stack, walk } = visit
  const { peer } = link
  if (peer !== undefined) {
    stack.fabric.surveyor.visit(peer.stack)
    peer.stack.goesBy(peer.link.name)
  }
  if (!peer?.link.up || !answersArp(peer.stack, peer.link, nextHop)) return noNeighbour(visit, link, nextHop)
  if (stack.taps !== undefined) pass(stack, link.name, 'out', walk)
  return receive(peer.stack, peer.link, walk)
}

/** Over the segment: the sender's port, the filters on the way, the receiver's port. */
function cross(visit: Visit, link: LinkState, nextHop: Ipv4): Verdict {
  const { stack, walk } = visit
  const p = walk.packet
  const { port } = link
  const sender = port && stack.fabric.stationOf(port)
  if (!port?.up || !sender) return noNeighbour(visit, link, nextHop)
  const told = stack.neighbourTable.told(link.name, nextHop)
  const receiver = stack.fabric.owner(sender.segment, nextHop, stack)
  if (!receiver) return noNeighbour(visit, link, nextHop)
  stack.fabric.surveyor.visit(receiver.stack)
  if (stack.taps !== undefined) pass(stack, link.name, 'out', walk)
  if (told && told.mac !== receiver.link.mac)
    return lost(stack, walk, `nobody on the segment is ${told.mac}`, 'underlay')
  const stopped = obstacle({ sender, receiver, packet: p })
  if (stopped?.kind === 'rejected')
    return returned(visit, unreachable('admin', nextHop), stopped.why, 'underlay')
  if (stopped) return lost(stack, walk, stopped.why, 'underlay')
  // The card was asked to fill in what the kernel left open, and does not understand the inner header.
  if (p.vxlan?.checksumsByCard && port.corruptsVxlanChecksums && walk.carries)
    walk.carries.packet.spoilt = true
  return receive(receiver.stack, receiver.link, walk)
}

/** Into another packet, which the host then sends as its own. */
function tunnelled(visit: Visit, link: LinkState, nextHop: Ipv4): Verdict {
  const { stack, walk } = visit
  const wrapped = wrap(stack, link, { packet: walk.packet, nextHop, reply: walk.reply })
  if (wrapped.kind === 'no-neighbour') return noNeighbour(visit, link, nextHop)
  if (wrapped.kind === 'lost') return lost(stack, walk, wrapped.why)
  if (stack.taps !== undefined) pass(stack, link.name, 'out', walk)
  const carrier: Walk = { ...walk, packet: wrapped.packet, flow: newFlow(), carries: walk, opened: false }
  const verdict = send(stack, carrier)
  if (carrier.personal) {
    walk.personal = true
    walk.drawn = true
  }
  walk.flow.choices *= carrier.flow.choices
  if (carrier.opened) return verdict
  walk.count = Math.max(walk.count, carrier.count)
  switch (verdict.kind) {
    case 'too-big':
      return tooBig(visit, verdict.mtuBytes - ipipBytes, link.name)
    case 'unreachable':
      // ipip tells the sender (net/ipv4/ipip.c: ipip_err); vxlan is silent.
      if (link.kind === 'ipip') return noNeighbour(visit, link, nextHop)
      return lost(stack, walk, `${link.name}: the other end is unreachable`)
    case 'invalid':
      return lost(stack, walk, `${link.name}: no way to the other end`)
    default:
      return verdict
  }
}

/** At the other end: what was carried arrives on the tunnel device there. */
function unwrapped({ stack, walk }: Visit, inner: Walk): Verdict {
  const found = unwrapper(stack, walk.packet)
  if ('why' in found) return lost(stack, walk, found.why)
  walk.opened = true
  inner.count = walk.count
  walk.hops?.push({ at: stack.name, what: `unwrapped on ${found.link.name}` })
  return receive(stack, found.link, inner)
}

const routed = (to: Ipv4, nextHop: Ipv4, link: string): string =>
  to === nextHop
    ? `routed to ${ipv4Text(to)} dev ${link}`
    : `routed to ${ipv4Text(to)} via ${ipv4Text(nextHop)} dev ${link}`

function tooBig(visit: Visit, mtuBytes: number, link: string): Verdict {
  const { stack, walk } = visit
  const from = stack.sourceFor(visit.in?.name ?? link) ?? walk.packet.source
  const verdict: Verdict = { kind: 'too-big', mtuBytes, from }
  return returned(visit, verdict, `${walk.packet.sizeBytes} bytes are too long for ${link}`)
}

function noNeighbour(visit: Visit, link: LinkState, nextHop: Ipv4): Verdict {
  const { stack, walk } = visit
  if (stack.taps !== undefined && link.kind !== 'ipip' && walk.packet.seen) passRequests(stack, link, nextHop)
  const from = stack.sourceFor(link.name) ?? ipv4('127.0.0.1')
  const verdict: Verdict = {
    kind: 'unreachable',
    reason: 'host',
    from,
    local: visit.in === undefined,
    afterMs: arpSilenceMs,
  }
  return returned(visit, verdict, `no neighbour ${ipv4Text(nextHop)} on ${link.name}`)
}

function answered(visit: Visit, reason: UnreachableReason, why: string): Verdict {
  const { stack, in: link } = visit
  const from = stack.sourceFor(link?.name) ?? visit.entered.destination
  return returned(visit, { ...unreachable(reason, from), local: link === undefined }, why)
}

/** net/ipv4/ip_forward.c: before the FORWARD chain. */
function expired(visit: Visit): Verdict {
  const { stack, in: link, walk } = visit
  const from = stack.sourceFor(link?.name) ?? visit.entered.destination
  return returned(visit, { kind: 'expired', from, hops: walk.count }, 'time to live exceeded')
}

/** An ICMP error reaches the sender only if there is a way back to it. */
function returned(visit: Visit, verdict: Verdict, why: string, at?: string): Verdict {
  const { stack, walk } = visit
  if (visit.in === undefined) return note(stack, walk, verdict, why, at)
  if (walk.silent) return lost(stack, walk, why, at)
  const back = send(stack, {
    packet: errorPacket(visit, verdict),
    flow: newFlow(),
    reply: true,
    dry: true,
    silent: true,
    personal: false,
    count: 0,
  })
  if (back.kind === 'delivered') return note(stack, walk, verdict, why, at)
  return lost(stack, walk, `${why}; the ICMP error found no way back`, at)
}
