/** What stands between two plugs of one segment. */
import { contains } from '#lab/network/address.ts'
import { type Packet, wireBytes } from '#lab/network/packet.ts'
import type { Station } from '#lab/network/segment.ts'

export interface Obstacle {
  readonly kind: 'dropped' | 'rejected'
  readonly why: string
}

/** A packet from one plug to another. */
interface Crossing {
  readonly sender: Station
  readonly receiver: Station
  readonly packet: Packet
}

/** The first thing that stops a packet from one plug to the other, in the order in which it meets them. */
export function obstacle(o: Crossing): Obstacle | undefined {
  const { sender, receiver, packet } = o
  const { segment } = sender
  const groups = segment.fabric.groups
  const why =
    tooLong(o) ??
    spoofed(sender, packet) ??
    refused(sender, packet) ??
    groups.refusal(sender.port, 'outbound', packet) ??
    denied(o) ??
    groups.refusal(receiver.port, 'inbound', packet)
  if (why !== undefined) return { kind: 'dropped', why }
  const rule = segment.fabric.stoppedBy(packet)
  if (rule === undefined) return undefined
  return rule.action === 'drop'
    ? { kind: 'dropped', why: `dropped by rule ${rule.name}` }
    : { kind: 'rejected', why: `rejected by rule ${rule.name}` }
}

function tooLong({ sender, receiver, packet }: Crossing): string | undefined {
  if (wireBytes(packet) <= Math.min(sender.port.mtuBytes, receiver.port.mtuBytes)) return undefined
  return `${wireBytes(packet)} bytes are too long for the underlay`
}

function spoofed({ stack, link, port, isRouter, machine }: Station, { source }: Packet): string | undefined {
  if (isRouter || port.allowedSources === 'any' || stack.isOn(link.name, source)) return undefined
  if (port.allowedBlocks.some((block) => contains(block, source))) return undefined
  return `dropped by the anti-spoofing of ${machine}'s port`
}

function refused({ segment }: Station, { protocol }: Packet): string | undefined {
  if (!segment.plan.refuses?.includes(protocol)) return undefined
  return `${segment.plan.name} does not carry ${protocol}`
}

/** Access lists are asked where a subnet begins and ends: between machines of one subnet they say nothing. */
function denied({ sender, receiver, packet }: Crossing): string | undefined {
  if (sender.isRouter === receiver.isRouter) return undefined
  const side = sender.isRouter ? 'inbound' : 'outbound'
  const rule = sender.segment.deniedBy(side, packet)
  return rule === undefined ? undefined : `denied ${side} by access list rule ${rule}`
}
