import { Errno } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { type Ipv4, ipv4, ipv4Text } from '#lab/network/address.ts'
import {
  type FirstPacket,
  latencyMs,
  rehearse,
  reversed,
  sendFirst,
  sendLater,
} from '#lab/network/exchange.ts'
import { newFlow, type Seen, type Verdict } from '#lab/network/packet.ts'
import type { Hop, Net, ProbeOutcome } from '#lab/network/ports.ts'
import { sourceTowards } from '#lab/network/sockets.ts'
import type { SimStack } from '#lab/network/stack.ts'

export type ProbeQuestion = Parameters<Net['probe']>[1]

/** Sends one packet and waits for what comes back. `sizeBytes` is that of the whole IP packet. */
export async function probed(stack: SimStack, by: Task, question: ProbeQuestion): Promise<ProbeOutcome> {
  const first = firstPacket(stack, question)
  const { outcome, afterMs } = answerTo(stack, first)
  if (outcome.kind === 'silent' || afterMs > question.timeoutMs) {
    await by.sleep(question.timeoutMs)
    return { kind: 'silent' }
  }
  await by.sleep(afterMs)
  return outcome
}

/** Hop by hop, there and (prefixed with `reply`) back, without sending anything. */
export const traced = (stack: SimStack, question: Parameters<Net['trace']>[0]): readonly Hop[] =>
  rehearse(stack, firstPacket(stack, question))

function answerTo(stack: SimStack, first: FirstPacket): { outcome: ProbeOutcome; afterMs: number } {
  const flow = newFlow()
  const there = sendFirst(stack, first, flow)
  if (there.kind !== 'delivered') return failure(there, first.tuple.source)
  const { at, tuple, hops } = there
  const isOpen =
    first.protocol === 'icmp' ||
    (first.protocol === 'tcp' && at.sockets.listenerFor(tuple.destination, tuple.port) !== undefined)
  const { ttl: _, ...same } = first
  const answer = { ...same, tuple: reversed(tuple), seen: answerSeen(first, there, isOpen) }
  const back = sendLater(at, answer, flow, { reply: true })
  if (back.kind !== 'delivered' || back.at !== stack) return { outcome: { kind: 'silent' }, afterMs: 0 }
  const roundTripMs = 2 * latencyMs(hops)
  if (!isOpen) return { outcome: { kind: 'refused' }, afterMs: roundTripMs }
  return {
    outcome: { kind: 'reply', roundTripMs, from: ipv4Text(first.tuple.destination) },
    afterMs: roundTripMs,
  }
}

function answerSeen(
  { protocol, seen }: FirstPacket,
  { tuple, hops }: Verdict & { kind: 'delivered' },
  isOpen: boolean,
): Seen {
  const afterMs = latencyMs(hops)
  if (seen?.kind === 'echo') return { ...seen, reply: true, afterMs }
  if (protocol === 'tcp')
    return { kind: 'tcp', flags: isOpen ? 'S.' : 'R.', sentBytes: 0, receivedBytes: 0, bytes: 0, afterMs }
  const to = ipv4Text(tuple.destination)
  return {
    kind: 'icmp-error',
    from: tuple.destination,
    says: `${to} udp port ${tuple.port} unreachable`,
    afterMs,
  }
}

function failure(
  verdict: Exclude<Verdict, { kind: 'delivered' }>,
  source: Ipv4,
): { outcome: ProbeOutcome; afterMs: number } {
  switch (verdict.kind) {
    case 'too-big':
      return {
        outcome: { kind: 'too-big', mtuBytes: verdict.mtuBytes, from: ipv4Text(verdict.from) },
        afterMs: verdict.from === source ? 0 : 2 * latencyMs(1),
      }
    case 'expired': {
      const roundTripMs = 2 * latencyMs(verdict.hops)
      const outcome = { kind: 'expired', from: ipv4Text(verdict.from), roundTripMs } as const
      return { outcome, afterMs: roundTripMs }
    }
    case 'invalid':
      throw new Errno('EINVAL')
    case 'unreachable': {
      if (verdict.local && verdict.afterMs === 0)
        throw new Errno(verdict.reason === 'net' ? 'ENETUNREACH' : 'EHOSTUNREACH')
      const afterMs = verdict.afterMs + (verdict.local ? 0 : 2 * latencyMs(1))
      if (verdict.reason === 'port') return { outcome: { kind: 'refused' }, afterMs }
      return {
        outcome: { kind: 'unreachable', reason: verdict.reason, from: ipv4Text(verdict.from) },
        afterMs,
      }
    }
    default:
      return { outcome: { kind: 'silent' }, afterMs: 0 }
  }
}

/** IP header and that of ICMP or UDP. */
const headerBytes = 28

function questionSeen({ protocol, echo }: Omit<ProbeQuestion, 'timeoutMs'>, sizeBytes: number): Seen {
  const bytes = sizeBytes - headerBytes
  switch (protocol) {
    case 'icmp':
      return { kind: 'echo', reply: false, sequence: echo?.sequence ?? 1, bytes }
    case 'udp':
      return { kind: 'udp', bytes }
    default:
      return { kind: 'tcp', flags: 'S', sentBytes: 0, receivedBytes: 0, bytes: 0 }
  }
}

function firstPacket(stack: SimStack, q: Omit<ProbeQuestion, 'timeoutMs'>): FirstPacket {
  const destination = ipv4(q.to)
  const source = sourceTowards(stack, destination) ?? 0
  // An echo request's identifier takes the place of a port.
  const sourcePort = q.echo?.id ?? stack.fabric.serial() % 65536
  const sizeBytes = q.sizeBytes ?? (q.protocol === 'icmp' ? 84 : 60)
  return {
    protocol: q.protocol,
    tuple: { source, sourcePort, destination, port: q.port ?? 0 },
    sizeBytes,
    dontFragment: q.dontFragment ?? false,
    ...(q.ttl === undefined ? {} : { ttl: q.ttl }),
    seen: questionSeen(q, sizeBytes),
  }
}
