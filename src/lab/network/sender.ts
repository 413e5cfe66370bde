import type { ErrnoCode } from '#lab/host/ports.ts'
import type { Cancel } from '#lab/kernel/kernel.ts'
import { bytesOf, EndWays, type SegmentWay, type SocketPair, sizeOf } from '#lab/network/end-ways.ts'
import type { Endpoint } from '#lab/network/endpoint.ts'
import { latencyMs } from '#lab/network/exchange.ts'
import { errnoOf } from '#lab/network/icmp-errors.ts'
import type { Flow, Seen } from '#lab/network/packet.ts'
import type { Payload } from '#lab/network/ports.ts'

/** Sent after all payloads: the end of what one side has to say. */
export const fin = Symbol('FIN')

/** One payload on its way: a train of segments with one arrival. */
export interface Train {
  readonly sequence: number
  readonly payload: Payload | typeof fin
  readonly bytes: number
  /** Said before it. */
  readonly sentBytes: number
}

/** FIN takes a number of its own. */
export const numbersOf = ({ payload, bytes }: Pick<Train, 'payload' | 'bytes'>): number =>
  payload === fin ? 1 : bytes

/** What a connection's end does for its sender. */
export interface SendingEnd {
  readonly nowMs: number
  readonly other: Endpoint | undefined
  /** Of what the other end has said. */
  readonly receivedBytes: number
  /** No program holds it any more: it is given up sooner. */
  readonly isOrphan: boolean
  /** TCP_USER_TIMEOUT, where it is set. */
  readonly userTimeoutMs: number | undefined
  /** Something that was sent is acknowledged. */
  heard(): void
  /** All that was sent is acknowledged. */
  drained(): void
  /** The other end knows nothing of the connection. */
  reset(): void
  /** What was sent is not sent again. */
  gaveUp(): void
  after(ms: number, run: () => void): Cancel
}

// Linux: TCP_RTO_MIN, TCP_RTO_MAX, tcp_retries2, tcp_orphan_retries (0 means 8).
const rtoFirstMs = 200
const rtoMaxMs = 120_000
const retries = 15
const retriesOfOrphan = 8

/**
 * What one end of a connection sends: each train is numbered and kept until the other end has acknowledged it. While the way there or
 * back is broken the first is sent again after 0.2, 0.4, … 120 s, and given up after 924.6 s.
 *
 * @see torvalds/linux:net/ipv4/tcp_output.c, net/ipv4/tcp_timer.c (tcp_retransmit_timer)
 */
export class Sender {
  readonly #end: SendingEnd
  readonly #pair: SocketPair
  readonly #ways: EndWays
  /** Sent, and not acknowledged: in order. */
  #trains: Train[] = []
  #sequence = 0
  #sentBytes = 0
  #lastArrivalMs = 0
  #stall: { readonly sinceMs: number; tries: number; rtoMs: number; cancel: Cancel } | undefined
  #softError: ErrnoCode | undefined

  constructor(end: SendingEnd, pair: SocketPair, flow: Flow, { isServer }: { readonly isServer: boolean }) {
    this.#end = end
    this.#pair = pair
    this.#ways = new EndWays(pair, flow, { isServer })
  }

  /** Whether all that was sent is acknowledged. */
  get isIdle(): boolean {
    return this.#trains.length === 0
  }

  /** What the network last said of why nothing gets there, since the last acknowledgement. */
  get softError(): ErrnoCode | undefined {
    return this.#softError
  }

  get segmentBytes(): number {
    return this.#ways.segmentBytes
  }

  set segmentBytes(bytes: number) {
    this.#ways.segmentBytes = bytes
  }

  /** Where a small segment would end now; none is sent. */
  wayNow(): SegmentWay {
    return this.#ways.to(this.#end.other, 'small')
  }

  send(payload: Train['payload']): void {
    const train = this.#numbered(payload)
    if (this.#stall === undefined) this.#transmit(train)
  }

  /** Counts what was said so many times, and has arrived, without being sent. */
  said(payload: Payload, times: number): void {
    this.#sequence += times
    this.#sentBytes += times * bytesOf(payload)
  }

  /** One more was said without being sent, on the way of the last small segment, and arrives in so many ms. */
  saying(payload: Payload, inMs: number): void {
    const way = this.#ways.small // as it was when it was said
    if (way?.verdict.kind === 'delivered') this.#arrives(this.#numbered(payload), way, this.#end.nowMs + inMs)
  }

  acknowledge(): SegmentWay {
    return this.#sendEmpty('.')
  }

  sendReset(): SegmentWay {
    return this.#sendEmpty('R.')
  }

  /** Sends a sign of life (SO_KEEPALIVE). `reset`: the other end knows nothing of the connection, and that got back here. */
  probe(): 'answered' | 'silent' | 'reset' {
    const { peer, verdict } = this.#ways.to(this.#end.other, 'small', this.#seen('.'))
    if (verdict.kind === 'unreachable') this.#softError = errnoOf[verdict.reason]
    if (verdict.kind !== 'delivered') return 'silent'
    if (peer?.isThere) return peer.acknowledges(this.#end) ? 'answered' : 'silent'
    return this.#ways.hearsReset(verdict) ? 'reset' : 'silent'
  }

  /** To who captures packets: an empty segment for which no event is made, so many ms later. */
  show(flags: 'F.' | '.', afterMs = 0): void {
    const seen = this.#seen(flags, { afterMs })
    if (seen !== undefined) this.#ways.to(this.#end.other, 'small', seen)
  }

  /** Nothing is sent again. */
  stop(): void {
    this.#stall?.cancel()
    this.#stall = undefined
    this.#trains = []
  }

  #numbered(payload: Train['payload']): Train {
    const bytes = payload === fin ? 0 : bytesOf(payload)
    const train: Train = { sequence: this.#sequence++, payload, bytes, sentBytes: this.#sentBytes }
    this.#sentBytes += numbersOf(train)
    this.#trains.push(train)
    return train
  }

  #transmit(train: Train): void {
    const seen = this.#seen(train.payload === fin ? 'F.' : 'P.', train)
    const way = this.#ways.to(this.#end.other, sizeOf(train.bytes), seen)
    this.#ways.count(way, train.bytes)
    const { verdict, peer } = way
    if (verdict.kind !== 'delivered') {
      if (verdict.kind === 'unreachable') this.#softError = errnoOf[verdict.reason]
      this.#lost()
      return
    }
    const takenMs = latencyMs(verdict.hops) + (peer?.takesAfterMs ?? 0)
    this.#arrives(train, way, Math.max(this.#end.nowMs + takenMs, this.#lastArrivalMs))
  }

  #arrives(train: Train, way: SegmentWay, atMs: number): void {
    const { fabric, sockets } = this.#pair.stack
    this.#lastArrivalMs = atMs
    fabric.kernel.schedule(atMs, sockets.eventName, () => this.#arrived(train, way))
  }

  #arrived(train: Train, { peer, verdict }: SegmentWay): void {
    switch (peer?.take(train) ?? 'reset') {
      case 'acknowledged':
        // The acknowledgement has to find its way back, too.
        if (peer?.acknowledges(this.#end)) this.#acknowledged(train.sequence)
        else this.#lost()
        break
      case 'reset':
        if (verdict.kind !== 'delivered') break // nothing arrives on another way
        if (this.#ways.hearsReset(verdict)) this.#end.after(latencyMs(verdict.hops), () => this.#end.reset())
        else this.#lost()
        break
      default:
        this.#lost()
    }
  }

  #acknowledged(sequence: number): void {
    this.#end.heard()
    const first = this.#trains[0]
    if (first === undefined || sequence < first.sequence) return
    if (first.sequence === sequence) this.#trains.shift()
    else this.#trains.splice(0, sequence - first.sequence + 1)
    this.#softError = undefined
    if (this.#trains.length === 0) this.#end.drained()
    if (this.#stall === undefined) return
    this.#stall.cancel()
    this.#stall = undefined
    for (const train of [...this.#trains]) this.#transmit(train)
  }

  #lost(): void {
    if (this.#stall !== undefined || this.#trains.length === 0) return
    const cancel = this.#end.after(rtoFirstMs, () => this.#retry())
    this.#stall = { sinceMs: this.#end.nowMs, tries: 0, rtoMs: rtoFirstMs, cancel }
  }

  #retry(): void {
    const stall = this.#stall
    const first = this.#trains[0]
    if (stall === undefined || first === undefined) return
    stall.tries++
    const { userTimeoutMs = Number.POSITIVE_INFINITY, isOrphan, nowMs } = this.#end
    const leftMs = stall.sinceMs + userTimeoutMs - nowMs
    if (leftMs <= 0 || stall.tries > (isOrphan ? retriesOfOrphan : retries)) {
      this.#end.gaveUp()
      return
    }
    stall.rtoMs = Math.min(stall.rtoMs * 2, rtoMaxMs, leftMs)
    stall.cancel = this.#end.after(stall.rtoMs, () => this.#retry())
    this.#transmit(first)
  }

  #sendEmpty(flags: 'R.' | '.'): SegmentWay {
    const way = this.#ways.to(this.#end.other, 'small', this.#seen(flags))
    this.#ways.count(way, 0)
    return way
  }

  /** Nothing while nobody captures packets. */
  #seen(
    flags: 'P.' | 'F.' | 'R.' | '.',
    o: { readonly bytes?: number; readonly sentBytes?: number; readonly afterMs?: number } = {},
  ): Seen | undefined {
    if (this.#pair.stack.fabric.captures === 0) return undefined
    const { bytes = 0, sentBytes = this.#sentBytes, afterMs = 0 } = o
    return { kind: 'tcp', flags, bytes, sentBytes, receivedBytes: this.#end.receivedBytes, afterMs }
  }
}
