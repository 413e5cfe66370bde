/**
 * The way of one packet, host by host, as data. Order in a host as in Linux: NAT of the destination, routing, filter,
 * NAT of the source, neighbour, wire. Replies go back through the hosts that rewrote the first packet.
 *
 * Not imitated: fragments, encapsulation (a packet for an ipip or vxlan device is lost there), reverse path filters,
 * ICMP redirects, policy routing, neighbour caches (ARP is asked afresh), connection tracking of what was not rewritten.
 */
import { contains, type Ipv4, ipv4, ipv4Text } from '#lab/network/address.ts'
import { ask, enter, leave, rewriteSource, settle, type Visit, type Walk } from '#lab/network/nat.ts'
import { newFlow, type Packet, tupleOf, type Verdict } from '#lab/network/packet.ts'
import type { LinkState, SimStack } from '#lab/network/stack.ts'

/** The kernel gives up on a neighbour after three requests, one second apart (neigh mcast_solicit, retrans_time_ms). */
const arpSilenceMs = 3000
const hopsMax = 64

/** Sends a packet that a local socket made. */
export function send(stack: SimStack, walk: Walk): Verdict {
  stack.fabric.counts.walks++
  const p = walk.packet
  const first = stack.route(p.destination)
  if (first.kind === 'blackhole') return { kind: 'invalid' }
  if (first.kind === 'none') return note(stack, walk, refusal(stack, 'net'), 'no route')
  if (first.kind === 'unreachable') return note(stack, walk, refusal(stack, 'host'), 'unreachable route')
  const visit = enter(stack, walk, undefined, 'OUTPUT', first.kind === 'link' ? first.link.name : 'lo')
  const way = stack.route(p.destination)
  if (way.kind === 'local') {
    const stopped = filtered(visit, 'OUTPUT', 'lo')
    if (stopped) return stopped
    leave(visit, 'lo')
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
  if (walk.count++ > hopsMax) return lost(stack, walk, 'time to live exceeded')
  p.mark = 0
  const visit = enter(stack, walk, link, 'PREROUTING', undefined)
  const way = stack.route(p.destination)
  if (way.kind === 'local') {
    settle(visit)
    return deliver(visit, link.name)
  }
  if (!stack.forwards(link.name))
    return lost(stack, walk, `not for this host, and forwarding is off on ${link.name}`)
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
  // The reply's source is the address that the first packet was sent to.
  if (visit.binding && walk.reply)
    rewriteSource(walk, visit.binding.original.destination, visit.binding.original.port)
  walk.hops?.push({ at: stack.name, what: `delivered to ${ipv4Text(walk.packet.destination)}` })
  return { kind: 'delivered', at: stack, tuple: tupleOf(walk.packet), hops: walk.count }
}

// ---------------------------------------------------------------------------------------------- filter

function filtered(
  visit: Visit,
  chain: 'INPUT' | 'OUTPUT' | 'FORWARD',
  out: string | undefined,
  inLink = visit.in?.name,
): Verdict | undefined {
  const { stack, walk } = visit
  const answer = ask(stack, walk, 'filter', chain, inLink, out)
  if (answer?.kind === 'drop') return lost(stack, walk, `dropped by chain ${answer.by}`)
  if (answer?.kind !== 'reject') return undefined
  return answered(visit, 'port', `rejected by chain ${answer.by}`)
}

// ------------------------------------------------------------------------------------------------ wire

function transmit(visit: Visit, link: LinkState, nextHop: Ipv4): Verdict {
  const { stack, walk } = visit
  const p = walk.packet
  if (!link.up) return lost(stack, walk, `${link.name} is down`)
  if (p.sizeBytes > link.mtuBytes && (p.dontFragment || visit.in === undefined)) {
    const from = stack.sourceFor(link.name) ?? p.source
    return returned(
      visit,
      { kind: 'too-big', mtuBytes: link.mtuBytes, from },
      `${p.sizeBytes} bytes are too long for ${link.name}`,
    )
  }
  if (walk.hops) walk.hops.push({ at: stack.name, what: routed(p.destination, nextHop, link.name) })
  switch (link.kind) {
    case 'veth': {
      const peer = link.peer
      if (!peer?.link.up || !peer.stack.answersArp(peer.link, nextHop))
        return noNeighbour(visit, link, nextHop)
      return receive(peer.stack, peer.link, walk)
    }
    case 'ether':
      return cross(visit, link, nextHop)
    default:
      return lost(stack, walk, `${link.name} (${link.kind}) leads nowhere`)
  }
}

/** Over the segment: the sender's port, the filters on the way, the receiver's port. */
function cross(visit: Visit, link: LinkState, nextHop: Ipv4): Verdict {
  const { stack, walk } = visit
  const p = walk.packet
  const { port } = link
  if (!port?.up) return noNeighbour(visit, link, nextHop)
  const station = stack.fabric.owner(nextHop, stack)
  if (!station) return noNeighbour(visit, link, nextHop)
  if (p.sizeBytes > Math.min(port.mtuBytes, station.port.mtuBytes))
    return lost(stack, walk, `${p.sizeBytes} bytes are too long for the underlay`, 'underlay')
  const rule = stack.fabric.stoppedBy(p)
  if (rule?.action === 'drop') return lost(stack, walk, `dropped by rule ${rule.name}`, 'underlay')
  if (rule) return returned(visit, unreachable('admin', nextHop), `rejected by rule ${rule.name}`, 'underlay')
  return receive(station.stack, station.link, walk)
}

const routed = (to: Ipv4, nextHop: Ipv4, link: string): string =>
  to === nextHop
    ? `routed to ${ipv4Text(to)} dev ${link}`
    : `routed to ${ipv4Text(to)} via ${ipv4Text(nextHop)} dev ${link}`

// --------------------------------------------------------------------------------------------- failing

function noNeighbour(visit: Visit, link: LinkState, nextHop: Ipv4): Verdict {
  const { stack } = visit
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

function answered(visit: Visit, reason: 'net' | 'host' | 'port', why: string): Verdict {
  const { stack, in: link } = visit
  const from = stack.sourceFor(link?.name) ?? visit.entered.destination
  return returned(visit, { ...unreachable(reason, from), local: link === undefined }, why)
}

/** An ICMP error reaches the sender only if there is a way back to it. */
function returned(visit: Visit, verdict: Verdict, why: string, at?: string): Verdict {
  const { stack, walk } = visit
  if (visit.in === undefined) return note(stack, walk, verdict, why, at)
  if (walk.silent) return lost(stack, walk, why, at)
  const { source, sourcePort } = walk.packet
  const error: Packet = {
    protocol: 'icmp',
    source: visit.entered.destination,
    sourcePort: 0,
    destination: source,
    port: sourcePort,
    sizeBytes: 576,
    dontFragment: false,
    state: 'established',
    mark: 0,
  }
  const back = send(stack, {
    packet: error,
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

const unreachable = (
  reason: 'net' | 'host' | 'port' | 'admin',
  from: Ipv4,
): Verdict & { kind: 'unreachable' } => ({
  kind: 'unreachable',
  reason,
  from,
  local: false,
  afterMs: 0,
})

const refusal = (stack: SimStack, reason: 'net' | 'host'): Verdict => ({
  ...unreachable(reason, stack.sourceFor(undefined) ?? ipv4('127.0.0.1')),
  local: true,
})

const lost = (stack: SimStack, walk: Walk, why: string, at?: string): Verdict =>
  note(stack, walk, { kind: 'lost', why }, why, at)

function note(stack: SimStack, walk: Walk, verdict: Verdict, what: string, at = stack.name): Verdict {
  walk.hops?.push({ at, what })
  return verdict
}

const loopback = { network: ipv4('127.0.0.0'), length: 8, mask: 0xff000000 }

/** 127.0.0.0/8 */
export const isLoopback = (address: Ipv4): boolean => contains(loopback, address)
