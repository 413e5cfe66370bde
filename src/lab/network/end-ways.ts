import type { Ipv4 } from '#lab/network/address.ts'
import type { Endpoint } from '#lab/network/endpoint.ts'
import { type FirstPacket, meets, reversed, sendLater, wayOf } from '#lab/network/exchange.ts'
import type { Kept } from '#lab/network/fabric.ts'
import type { Ground } from '#lab/network/ground.ts'
import type { Flow, Seen, Verdict } from '#lab/network/packet.ts'
import type { Payload } from '#lab/network/ports.ts'
import type { SimStack } from '#lab/network/stack.ts'
import type { Tally } from '#lab/network/tally.ts'

type Delivered = Verdict & { kind: 'delivered' }

/** Where a segment ends. `peer` is there when it reaches the socket at the other end, not just its host. */
export type SegmentWay = { readonly ground: Ground; readonly tally: Tally | undefined } & (
  | { readonly verdict: Delivered; readonly peer: Endpoint | undefined }
  | { readonly verdict: Exclude<Verdict, { kind: 'delivered' }>; readonly peer: undefined }
)

/** A connection by its two sockets, as one of them has them. */
export interface SocketPair {
  readonly stack: SimStack
  readonly local: { readonly ip: Ipv4; readonly port: number }
  readonly remote: { readonly ip: Ipv4; readonly port: number }
}

/** IP and TCP headers with time stamps. */
const headerBytes = 52
/** What fits through everywhere. */
const smallBytes = 576
/** What fits into one segment of an Ethernet of 1500 bytes, with time stamps. */
const segmentBytes = 1448

/** Values say their size in `sizeBytes`; those that do not are taken to fill at least one segment, as API objects do. */
export const bytesOf = (payload: Payload): number => {
  const bytes = typeof payload === 'string' ? payload.length : payload.sizeBytes
  return typeof bytes === 'number' ? bytes : segmentBytes
}

/** A small segment fits through everywhere, a whole one where its way is wide enough. */
export type SegmentSize = 'small' | 'whole'

/** Of a segment that carries so many bytes. */
export const sizeOf = (bytes: number): SegmentSize => (bytes + headerBytes > smallBytes ? 'whole' : 'small')

/** Where the segments of one end of a connection end, small ones and whole ones: kept until something on their way changes. */
export class EndWays {
  /** A whole segment: what the first link carries, or what a router has said that fits. */
  segmentBytes: number
  readonly #pair: SocketPair
  readonly #flow: Flow
  readonly #isServer: boolean
  #small: SegmentWay | undefined
  #whole: SegmentWay | undefined

  constructor(pair: SocketPair, flow: Flow, { isServer }: { readonly isServer: boolean }) {
    this.#pair = pair
    this.#flow = flow
    this.#isServer = isServer
    this.segmentBytes = mtuTowards(pair.stack, pair.remote.ip)
  }

  /** The way of the last small segment. */
  get small(): SegmentWay | undefined {
    return this.#small
  }

  /** Of one of that size, and whether it reaches `peer`. `seen`: it is really sent, and shown so to who captures packets. */
  to(peer: Endpoint | undefined, size: SegmentSize, seen?: Seen): SegmentWay {
    const { fabric } = this.#pair.stack
    const kept = size === 'whole' ? this.#whole : this.#small
    if (kept?.ground.stands && (fabric.captures === 0 || seen === undefined)) {
      fabric.counts.kept++
      return kept
    }
    const { verdict, ground, tally } = this.#walked(size, seen)
    const way: SegmentWay =
      verdict.kind === 'delivered'
        ? { ground, tally, verdict, peer: peer?.isMetBy(verdict) ? peer : undefined }
        : { ground, tally, verdict, peer: undefined }
    if (size === 'whole') this.#whole = way
    else this.#small = way
    return way
  }

  /** Whether the RST that answers a segment nobody waits for gets back to this end. */
  hearsReset({ at, tuple }: Delivered): boolean {
    const seen: Seen = { kind: 'tcp', flags: 'R', bytes: 0, sentBytes: 0, receivedBytes: 0 }
    const reset = segment(reversed(tuple), headerBytes, seen)
    const { stack, local, remote } = this.#pair
    return meets(sendLater(at, reset, this.#flow, { reply: !this.#isServer }), stack, local, remote)
  }

  /** For the rules that they meet: as many segments as so many bytes take. */
  count({ tally }: SegmentWay, bytes: number): void {
    const segments = Math.max(1, Math.ceil(bytes / (this.segmentBytes - headerBytes)))
    this.#pair.stack.fabric.tallies.count(tally, segments, bytes + segments * headerBytes)
  }

  #walked(size: SegmentSize, seen: Seen | undefined): Kept {
    const sent = this.#send(
      size === 'whole' ? this.segmentBytes : Math.min(smallBytes, this.segmentBytes),
      seen,
    )
    const { verdict } = sent
    if (verdict.kind !== 'too-big') return sent
    // Path MTU discovery: the router said what fits.
    this.segmentBytes = verdict.mtuBytes
    return this.#send(this.segmentBytes, seen)
  }

  #send(sizeBytes: number, seen: Seen | undefined): Kept {
    const { stack, local, remote } = this.#pair
    const tuple = { source: local.ip, sourcePort: local.port, destination: remote.ip, port: remote.port }
    return wayOf(stack, segment(tuple, sizeBytes, seen), this.#flow, { reply: this.#isServer })
  }
}

function mtuTowards(stack: SimStack, remote: Ipv4): number {
  const way = stack.route(remote)
  return way.kind === 'link' ? way.link.mtuBytes : 65536
}

const segment = (tuple: FirstPacket['tuple'], sizeBytes: number, seen: Seen | undefined): FirstPacket => ({
  protocol: 'tcp',
  tuple,
  sizeBytes,
  dontFragment: true,
  ...(seen === undefined ? {} : { seen }),
})
