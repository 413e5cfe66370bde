import type { ErrnoCode } from '#lab/host/ports.ts'
import { type Ipv4, ipv4, ipv4Text } from '#lab/network/address.ts'
import { latencyMs } from '#lab/network/exchange.ts'
import type { Visit } from '#lab/network/nat.ts'
import type { Packet, Seen, UnreachableReason, Verdict } from '#lab/network/packet.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** What each answer of REJECT means to who sent. */
export const rejection = {
  'icmp-port-unreachable': 'port',
  'tcp-reset': 'port',
  'icmp-host-unreachable': 'host',
  'icmp-net-unreachable': 'net',
  'icmp-host-prohibited': 'admin',
  'icmp-admin-prohibited': 'admin',
} as const

/** What an ICMP error means to the socket that sent (net/ipv4/icmp.c icmp_err_convert). */
export const errnoOf: Readonly<Record<UnreachableReason, ErrnoCode>> = {
  net: 'ENETUNREACH',
  host: 'EHOSTUNREACH',
  admin: 'EHOSTUNREACH',
  port: 'ECONNREFUSED',
}

/** A host on the way, or the last one, refuses the packet. */
export const unreachable = (reason: UnreachableReason, from: Ipv4): Verdict & { kind: 'unreachable' } => ({
  kind: 'unreachable',
  reason,
  from,
  local: false,
  afterMs: 0,
})

/** The sender's own kernel refuses it. */
export const refusal = (stack: SimStack, reason: 'net' | 'host'): Verdict => ({
  ...unreachable(reason, stack.sourceFor(undefined) ?? ipv4('127.0.0.1')),
  local: true,
})

/** What a host sends back to say that verdict. */
export const errorPacket = (visit: Visit, verdict: Verdict): Packet => {
  const { stack, walk, entered } = visit
  const { source, sourcePort, seen } = walk.packet
  return {
    protocol: 'icmp',
    source: entered.destination,
    sourcePort: 0,
    destination: source,
    port: sourcePort,
    sizeBytes: 576,
    dontFragment: false,
    state: 'established',
    mark: 0,
    icmp: icmpOf(verdict),
    ...(seen === undefined || stack.fabric.captures === 0 ? {} : { seen: errorSeen(visit, verdict) }),
  }
}

/** include/uapi/linux/icmp.h; to who sent the packet every reason but the size is that the host is not reached. */
function icmpOf({ kind }: Verdict): { readonly type: number; readonly code: number } {
  if (kind === 'expired') return { type: 11, code: 0 }
  return { type: 3, code: kind === 'too-big' ? 4 : 1 }
}

/** As tcpdump words it (the-tcpdump-group/tcpdump:print-icmp.c). */
function errorSeen({ walk, entered }: Visit, verdict: Verdict): Seen {
  const { protocol, seen } = walk.packet
  const to = ipv4Text(entered.destination)
  const afterMs = (seen?.afterMs ?? 0) + latencyMs(walk.count) + ('afterMs' in verdict ? verdict.afterMs : 0)
  const error = (from: Ipv4, says: string): Seen => ({ kind: 'icmp-error', from, says, afterMs })
  switch (verdict.kind) {
    case 'too-big':
      return error(verdict.from, `${to} unreachable - need to frag (mtu ${verdict.mtuBytes})`)
    case 'expired':
      return error(verdict.from, 'time exceeded in-transit')
    case 'unreachable': {
      const says = {
        net: `net ${to} unreachable`,
        host: `host ${to} unreachable`,
        admin: `host ${to} unreachable - admin prohibited filter`,
        port: `${to} ${protocol} port ${entered.port} unreachable`,
      }
      return error(verdict.from, says[verdict.reason])
    }
    default:
      return error(entered.destination, `${to} unreachable`)
  }
}
