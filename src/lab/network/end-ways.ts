import type { Ipv4 } from '#lab/network/address.ts'
import type { Endpoint } from '#lab/network/endpoint.ts'
import { type FirstPacket, reversed, sendLater, wayOf } from '#lab/network/exchange.ts'
import type { Kept } from '#lab/network/fabric.ts'
import type { Ground } from '#lab/network/ground.ts'
import type { Flow, Seen, Verdict } from '#lab/network/packet.ts'
import type { Payload } from '#lab/network/ports.ts'
import type { SimStack } from '#lab/network/stack.ts'
import type { Tally } from '#lab/network/tally.ts'

type Delivered = Verdict & { kind: 'delivered' }

/** `peer` is there when the segment reaches the socket at the other end, not just its host. */
export type Way = { readonly ground: Ground; readonly tally: Tally | undefined } & (
  | { readonly verdict: Delivered; readonly peer: Endpoint | undefined }
  | { readonly verdict: Exclude<Verdict, { kind: 'delivered' }>; readonly peer: undefined }
)

interface Ends {
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

/** Whether so many bytes make a segment that may not fit everywhere. */
export const isBig = (bytes: number): boolean => bytes + headerBytes > smallBytes

/** Where the segments of one end of a connection end, small ones and whole ones: kept until something on their way changes. */
export class EndWays {
  /** A whole segment: what the first link carries, or what a router has said that fits. */
  segmentBytes: number
  readonly #ends: Ends
  readonly #flow: Flow
  readonly #isServer: boolean
  #small: Way | undefined
  #big: Way | undefined

  constructor(ends: Ends, flow: Flow, { isServer }: { readonly isServer: boolean }) {
    this.#ends = ends
    this.#flow = flow
    this.#isServer = isServer
    this.segmentBytes = mtuTowards(ends.stack, ends.remote.ip)
  }

  /** The way of the last small segment. */
  get small(): Way | undefined {
    return this.#small
  }

  /** Whether it reaches `peer`. `seen` is shown to who captures packets. */
  to(peer: Endpoint | undefined, big: boolean, seen: Seen | undefined): Way {
    const { fabric } = this.#ends.stack
    const kept = big ? this.#big : this.#small
    if (kept?.ground.stands && (fabric.captures === 0 || seen === undefined)) {
      fabric.counts.kept++
      return kept
    }
    const { verdict, ground, tally } = this.#walked(big, seen)
    // A cast, since TypeScript does not see that only a delivered verdict meets a peer.
    const way = { ground, tally, verdict, peer: peer?.isMetBy(verdict) ? peer : undefined } as Way
    if (big) this.#big = way
    else this.#small = way
    return way
  }

  /** Where the answer to a segment that nobody waits for ends. */
  back({ at, tuple }: Delivered): Verdict {
    const reset: Seen = { kind: 'tcp', flags: 'R', bytes: 0, sentBytes: 0, receivedBytes: 0 }
    return sendLater(at, segment(reversed(tuple), headerBytes, reset), this.#flow, { reply: !this.#isServer })
  }

  /** For the rules that they meet: as many segments as so many bytes take. */
  count({ tally }: Way, bytes: number): void {
    const segments = Math.max(1, Math.ceil(bytes / (this.segmentBytes - headerBytes)))
    this.#ends.stack.fabric.tallies.count(tally, segments, bytes + segments * headerBytes)
  }

  #walked(big: boolean, seen: Seen | undefined): Kept {
    const sent = this.#send(big ? this.segmentBytes : Math.min(smallBytes, this.segmentBytes), seen)
    const { verdict } = sent
    if (verdict.kind !== 'too-big') return sent
    // Path MTU discovery: the router said what fits.
    this.segmentBytes = verdict.mtuBytes
    return this.#send(this.segmentBytes, seen)
  }

  #send(sizeBytes: number, seen: Seen | undefined): Kept {
    const { stack, local, remote } = this.#ends
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
