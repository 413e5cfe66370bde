/**
 * What somebody sees who captures packets on a device (`tcpdump`). Nothing is recorded, and no packet is looked at, while nobody
 * does; while somebody does, the ways of packets are walked anew instead of being taken from what was kept of the last one.
 */

import type { Ipv4 } from '#lab/network/address.ts'
import type { LinkState } from '#lab/network/devices.ts'
import { latencyMs } from '#lab/network/exchange.ts'
import type { Walk } from '#lab/network/nat.ts'
import type { Packet, Seen } from '#lab/network/packet.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** One packet on one device, as it was when it passed there. */
export interface Frame {
  readonly atMs: number
  readonly link: string
  readonly direction: 'in' | 'out'
  readonly content: IpContent | ArpContent
}

export interface IpContent {
  readonly kind: 'ip'
  readonly packet: Packet
  readonly seen: Seen | undefined
  /** What it carries through a tunnel. */
  readonly inner?: IpContent
}

export interface ArpContent {
  readonly kind: 'arp'
  readonly asked: Ipv4
  readonly by: Ipv4
}

export type Tap = (frame: Frame) => void

/** From now on `tap` is called in the event in which a packet passes. Answers how to stop it. */
export function capture(stack: SimStack, tap: Tap): () => void {
  stack.taps = new Set([...(stack.taps ?? []), tap])
  stack.fabric.captures++
  stack.fabric.wake()
  stack.fabric.kernel.moved()
  return () => {
    if (stack.taps?.has(tap) !== true) return
    const left = [...stack.taps].filter((each) => each !== tap)
    stack.taps = left.length === 0 ? undefined : new Set(left)
    stack.fabric.captures--
  }
}

/** Called where a packet passes a device. Only packets that are really sent are seen, not looks at the way. */
export function pass(stack: SimStack, link: string, direction: Frame['direction'], walk: Walk): void {
  const content = contentOf(walk)
  const seen = content.seen ?? content.inner?.seen
  if (seen === undefined) return
  const onWayMs = walk.count === 0 ? 0 : latencyMs(walk.count)
  show(stack, { link, direction, content }, (seen.afterMs ?? 0) + onWayMs)
}

/** Three requests, a second apart, that nobody answers. */
export function passRequests(stack: SimStack, link: LinkState, asked: Ipv4): void {
  const content: ArpContent = { kind: 'arp', asked, by: stack.sourceFor(link.name) ?? 0 }
  for (const afterMs of [0, 1000, 2000]) show(stack, { link: link.name, direction: 'out', content }, afterMs)
}

function show(stack: SimStack, frame: Omit<Frame, 'atMs'>, afterMs: number): void {
  const { kernel } = stack.fabric
  const atMs = kernel.nowMs + afterMs
  const tell = (): void => {
    for (const tap of stack.taps ?? []) tap({ ...frame, atMs })
  }
  if (afterMs <= 0) tell()
  else kernel.at(atMs, `${stack.name} capture`, tell)
}

function contentOf({ packet, carries, opened }: Walk): IpContent {
  const content: IpContent = { kind: 'ip', packet: { ...packet }, seen: packet.seen }
  return carries && !opened ? { ...content, inner: contentOf(carries) } : content
}
