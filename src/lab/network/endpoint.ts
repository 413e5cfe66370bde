import type { ErrnoCode } from '#lab/host/ports.ts'
import type { Cancel, Kernel, Task } from '#lab/kernel/kernel.ts'
import { type Ipv4, ipv4Text } from '#lab/network/address.ts'
import { type BeatEnd, EndBeats } from '#lab/network/beats.ts'
import { reasonCodes } from '#lab/network/dial.ts'
import { bytesOf, EndWays, isBig, type Way } from '#lab/network/end-ways.ts'
import { latencyMs, meets, reversed } from '#lab/network/exchange.ts'
import { Inbox } from '#lab/network/inbox.ts'
import { KeptAlive, type KeptEnd } from '#lab/network/keep-alive.ts'
import { type LeavingEnd, Left } from '#lab/network/left.ts'
import type { Flow, Seen, Tuple, Verdict } from '#lab/network/packet.ts'
import type { Connection, KeepAlive, LeftSource, Payload, Reader, SocketHolder } from '#lab/network/ports.ts'
import type { Owner } from '#lab/network/sockets.ts'
import type { SimStack } from '#lab/network/stack.ts'

interface EndOptions {
  readonly stack: SimStack
  readonly local: { readonly ip: Ipv4; readonly port: number }
  readonly remote: { readonly ip: Ipv4; readonly port: number }
  readonly owner: Owner | undefined
  readonly keepAlive: KeepAlive | undefined
  /** Of the end that dialled. */
  readonly shown?: string
}

interface Item {
  readonly sequence: number
  readonly payload: Payload | 'fin-segment'
  readonly big: boolean
  readonly bytes: number
  /** Before it. */
  readonly sentBytes: number
}

const finSegment = 'fin-segment'

// Linux: TCP_RTO_MIN, TCP_RTO_MAX, tcp_retries2, tcp_orphan_retries (0 means 8).
const rtoFirstMs = 200
const rtoMaxMs = 120_000
const retries = 15
const retriesOfOrphan = 8

/** FIN takes a number of its own. */
const finBytes = 1

/**
 * One end of a TCP connection. A payload is one segment train with one arrival event; while the way there or back is
 * broken it is sent again after 0.2, 0.4, … 120 s and the connection gives up after 924.6 s.
 *
 * Not imitated: windows, congestion, splitting of payloads, TIME-WAIT, RST on closing with unread data.
 */
export class Endpoint implements Connection, BeatEnd, LeavingEnd, KeptEnd {
  readonly local: { readonly address: string; readonly port: number }
  readonly remote: { readonly address: string; readonly port: number }
  readonly #o: EndOptions
  readonly #kernel: Kernel
  readonly #flow: Flow
  readonly #isServer: boolean
  readonly #ways: EndWays
  readonly #inbox: Inbox
  readonly #eventName: string
  takesAfterMs = 0
  #peer: Endpoint | undefined
  #life: 'open' | 'closing' | 'ended' | 'vanished' = 'open'
  #outbox: Item[] = []
  #sent = 0
  #sentBytes = 0
  #receivedBytes = 0
  #expected = 0
  #peerDone = false
  #stall: { readonly sinceMs: number; tries: number; rtoMs: number; cancel: Cancel } | undefined
  #softError: ErrnoCode | undefined
  #lastArrivalMs = 0
  #beats: EndBeats | undefined
  #left: Left | undefined
  #kept: KeptAlive | undefined
  /** How long there and back takes, and in which epoch that was found: until that moves no way is another. */
  #bothWaysMs: number | undefined
  #echoEpoch = -1

  private constructor(flow: Flow, isServer: boolean, o: EndOptions) {
    this.#o = o
    this.#flow = flow
    this.#isServer = isServer
    this.#kernel = o.stack.fabric.kernel
    this.#inbox = new Inbox(this.#kernel)
    this.#eventName = `${o.stack.name} tcp`
    this.#ways = new EndWays(o, flow, { isServer })
    this.local = { address: ipv4Text(o.local.ip), port: o.local.port }
    this.remote = { address: ipv4Text(o.remote.ip), port: o.remote.port }
    o.stack.sockets.add(this)
    o.owner?.own(this)
  }

  /** Both ends of a connection that has just been accepted. The segment size is the smaller of what both can send. */
  static pair(flow: Flow, o: { client: EndOptions; server: EndOptions }): [Endpoint, Endpoint] {
    const client = new Endpoint(flow, false, o.client)
    const server = new Endpoint(flow, true, o.server)
    client.#peer = server
    server.#peer = client
    const segmentBytes = Math.min(client.#ways.segmentBytes, server.#ways.segmentBytes)
    for (const end of [client, server]) {
      end.#ways.segmentBytes = segmentBytes
      if (end.#o.keepAlive !== undefined) end.#kept = new KeptAlive(end, end.#o.keepAlive)
    }
    return [client, server]
  }

  get shown(): string | undefined {
    return this.#o.shown
  }

  get flow(): Flow {
    return this.#flow
  }

  /** The ends as the first packet has them here. */
  get firstTuple(): Tuple {
    const { local, remote } = this.#o
    const there = { source: local.ip, sourcePort: local.port, destination: remote.ip, port: remote.port }
    return this.#isServer ? reversed(there) : there
  }

  /** Whose it is. */
  get holder(): SocketHolder | undefined {
    return this.#o.owner?.holder
  }

  /** As `ss` names it. */
  get state(): string {
    if (this.#life === 'closing') return this.#peerDone ? 'LAST-ACK' : 'FIN-WAIT-1'
    return this.#peerDone ? 'CLOSE-WAIT' : 'ESTAB'
  }

  get way(): { readonly choices: number; readonly end: string } {
    const { stack, local } = (this.#peer ?? this).#o
    // Who captures packets wants to see each of them.
    const choices = stack.fabric.captures > 0 ? Number.POSITIVE_INFINITY : this.#flow.choices
    return { choices, end: `${stack.id} ${local.ip} ${local.port}` }
  }

  send(payload: Payload): void {
    if (this.#life !== 'open') return
    this.#push(payload, bytesOf(payload))
  }

  get echoMs(): number | undefined {
    if (!this.#kernel.lazy || this.#o.stack.fabric.captures > 0 || !this.#isIdle) return undefined
    const { epoch } = this.#kernel
    if (this.#echoEpoch !== epoch) {
      this.#bothWaysMs = this.#measuredBothWaysMs()
      this.#echoEpoch = this.#bothWaysMs === undefined ? -1 : epoch
    }
    const beyondMs = this.#peer?.echoBeyondMs
    return beyondMs === undefined || this.#bothWaysMs === undefined ? undefined : this.#bothWaysMs + beyondMs
  }

  /** How long who reads here takes to answer a sign of life; `undefined`: that is not known. */
  get echoBeyondMs(): number | undefined {
    return this.#isIdle ? this.#inbox.echoMs : undefined
  }

  #measuredBothWaysMs(): number | undefined {
    const { peer, verdict } = this.#way(false)
    if (peer === undefined) return undefined
    const back = peer.#way(false)
    if (back.peer !== this) return undefined
    return latencyMs(verdict.hops) + peer.takesAfterMs + latencyMs(back.verdict.hops) + this.takesAfterMs
  }

  ask(payload: Payload): { readonly payload: Payload; readonly inMs: number } | undefined {
    const inMs = this.echoMs
    const answer = inMs === undefined ? undefined : this.#peer?.answer(payload)
    return inMs === undefined || answer === undefined ? undefined : { payload: answer, inMs }
  }

  leave(payload: Payload): void {
    const wayMs = this.beatMs
    if (wayMs === undefined) this.send(payload)
    else {
      this.#left ??= new Left(this)
      this.#left.add(payload, wayMs)
    }
  }

  leaveFrom(source: LeftSource): boolean {
    const wayMs = this.beatMs
    if (wayMs === undefined) return false
    this.#left ??= new Left(this)
    this.#left.addFrom(source, wayMs)
    return true
  }

  look(): void {
    if (this.#peer !== undefined) this.#peer.#left?.look()
  }

  /** What its reader answers to what need not be sent. */
  answer(payload: Payload): Payload | undefined {
    return this.#inbox.answer(payload)
  }

  leaving(left: Left): void {
    this.#o.stack.fabric.resting.add(left)
  }

  left(left: Left): void {
    this.#o.stack.fabric.resting.delete(left)
  }

  deliver(payload: Payload): void {
    if (this.#peer !== undefined) this.#peer.#inbox.put(payload)
  }

  get beats(): EndBeats {
    this.#beats ??= new EndBeats(this)
    return this.#beats
  }

  get nowMs(): number {
    return this.#kernel.nowMs
  }

  get other(): Endpoint | undefined {
    return this.#peer
  }

  get beatMs(): number | undefined {
    if (!this.#kernel.lazy || this.#o.stack.fabric.captures > 0 || !this.#isIdle) return undefined
    const { peer, verdict } = this.#way(false)
    if (peer === undefined || !peer.#isIdle || !peer.reaches(this)) return undefined
    return latencyMs(verdict.hops) + peer.takesAfterMs
  }

  resting(who: { wake(): void }): void {
    this.#o.stack.fabric.resting.add(who)
  }

  awake(who: { wake(): void }): void {
    this.#o.stack.fabric.resting.delete(who)
  }

  said(times: number, payload: Payload): void {
    const bytes = times * bytesOf(payload)
    this.#sent += times
    this.#sentBytes += bytes
    if (this.#peer === undefined) return
    this.#peer.#expected += times
    this.#peer.#receivedBytes += bytes
  }

  saying(payload: Payload, inMs: number): void {
    const way = this.#ways.small // as it was when it was sent
    if (way?.verdict.kind !== 'delivered') return
    this.#arrives(this.#queued(payload, bytesOf(payload)), way, this.nowMs + inMs)
  }

  #wakeBeats(): void {
    this.#beats?.wake()
    if (this.#peer !== undefined) this.#peer.#beats?.wake()
  }

  /** What was left has come before what comes now. */
  #handOver(): void {
    this.#left?.handOver()
    if (this.#peer !== undefined) this.#peer.#left?.handOver()
  }

  get #isIdle(): boolean {
    return this.#life === 'open' && !this.#peerDone && this.#outbox.length === 0
  }

  receive(by: Task, o: { readonly timeoutMs?: number } = {}): Promise<Payload | 'closed' | undefined> {
    return this.#inbox.take(by, o.timeoutMs)
  }

  follow(reader: Reader): void {
    this.takesAfterMs = reader.afterMs ?? 0
    this.#inbox.follow(reader)
  }

  close(): void {
    if (this.#life !== 'open') return
    this.#wakeBeats()
    this.#handOver()
    this.#life = 'closing'
    this.#o.owner?.disown(this)
    this.#inbox.end()
    // The other end is through already, or will be with this one, and would only acknowledge: that needs no event.
    const { peer } = this.#way(false)
    if (this.#outbox.length > 0 || peer === undefined || !peer.#endsWith(this)) this.#push(finSegment, 0)
    else {
      if (this.#o.stack.fabric.captures > 0) this.#showEnd(peer)
      this.#end('ended')
    }
  }

  /** What no event is made for, to who captures packets: both FIN and the last acknowledgement. */
  #showEnd(peer: Endpoint): void {
    const halfMs = latencyMs(1)
    this.#way(false, this.#seen('F.'))
    peer.#way(false, peer.#seen('F.', { afterMs: halfMs }))
    this.#way(false, this.#seen('.', { afterMs: 2 * halfMs }))
  }

  /** The third packet of a handshake, to who captures packets. */
  showAcknowledgement(): void {
    if (this.#o.stack.fabric.captures > 0) this.#way(false, this.#seen('.'))
  }

  #endsWith(other: Endpoint): boolean {
    if (this.#life === 'ended') return true
    if (this.#life !== 'open' || this.#outbox.length > 0 || !this.#inbox.closesWithOther) return false
    if (!this.reaches(other)) return false
    this.#end('ended')
    this.#inbox.end()
    return true
  }

  abort(): void {
    if (this.#life !== 'open' && this.#life !== 'closing') return
    this.#end('ended')
    this.#inbox.end()
    const way = this.#way(false, this.#seen('R.'))
    this.#ways.count(way, 0)
    if (way.peer === undefined) return
    this.after(latencyMs(way.verdict.hops), () => way.peer?.reset())
  }

  /** The whole namespace goes: what is waiting to be sent is dropped. */
  vanish({ silent }: { readonly silent: boolean }): void {
    if (!silent) {
      this.close()
      this.#end('ended')
    } else this.#end('vanished')
    this.#inbox.fail('ECONNRESET')
  }

  /** The other side sent RST. */
  reset(): void {
    if (this.#life === 'open' || this.#life === 'closing') this.#fail('ECONNRESET')
  }

  get isWaiting(): boolean {
    return this.#outbox.length > 0
  }

  get isSureOfOther(): boolean {
    return this.beatMs !== undefined
  }

  probe(): 'answered' | 'silent' | 'reset' {
    const { peer, verdict } = this.#way(false, this.#seen('.'))
    if (verdict.kind === 'unreachable') this.#softError = reasonCodes[verdict.reason]
    if (verdict.kind !== 'delivered') return 'silent'
    if (peer?.isThere) return peer.acknowledges(this) ? 'answered' : 'silent'
    if (!meets(this.#ways.back(verdict), this.#o.stack, this.#o.local, this.#o.remote)) return 'silent'
    this.reset()
    return 'reset'
  }

  get isThere(): boolean {
    return this.#life === 'open' || this.#life === 'closing'
  }

  gaveUp(): void {
    this.#fail(this.#softError ?? 'ETIMEDOUT')
  }

  #push(payload: Item['payload'], bytes: number): void {
    this.#beats?.wake()
    this.#left?.handOver()
    const item = this.#queued(payload, bytes)
    if (!this.#stall) this.#transmit(item)
  }

  #queued(payload: Item['payload'], bytes: number): Item {
    const item: Item = {
      sequence: this.#sent++,
      payload,
      big: isBig(bytes),
      bytes,
      sentBytes: this.#sentBytes,
    }
    this.#sentBytes += payload === finSegment ? finBytes : bytes
    this.#outbox.push(item)
    return item
  }

  #transmit(item: Item): void {
    const way = this.#way(item.big, this.#seen(item.payload === finSegment ? 'F.' : 'P.', item))
    this.#ways.count(way, item.bytes)
    const { verdict } = way
    if (verdict.kind !== 'delivered') {
      if (verdict.kind === 'unreachable') this.#softError = reasonCodes[verdict.reason]
      this.#lost()
      return
    }
    const takenMs = latencyMs(verdict.hops) + (way.peer?.takesAfterMs ?? 0)
    this.#arrives(item, way, Math.max(this.#kernel.nowMs + takenMs, this.#lastArrivalMs))
  }

  #arrives(item: Item, way: Way, atMs: number): void {
    this.#lastArrivalMs = atMs
    this.#kernel.schedule(atMs, this.#eventName, () => this.#arrived(item, way))
  }

  #arrived(item: Item, { peer, verdict }: Way): void {
    switch (peer?.take(item) ?? 'reset') {
      case 'acknowledged':
        // The acknowledgement has to find its way back, too.
        if (peer?.acknowledges(this)) this.#acknowledged(item.sequence)
        else this.#lost()
        break
      case 'reset': {
        if (verdict.kind !== 'delivered') break // nothing arrives on another way
        const answer = this.#ways.back(verdict)
        if (meets(answer, this.#o.stack, this.#o.local, this.#o.remote))
          this.after(latencyMs(verdict.hops), () => this.reset())
        else this.#lost()
        break
      }
      default:
        this.#lost()
    }
  }

  #acknowledged(sequence: number): void {
    const first = this.#outbox[0]
    this.#kept?.heard()
    if (first === undefined || sequence < first.sequence) return
    if (first.sequence === sequence) this.#outbox.shift()
    else this.#outbox.splice(0, sequence - first.sequence + 1)
    this.#softError = undefined
    if (this.#life === 'closing' && this.#outbox.length === 0) this.#end('ended')
    if (!this.#stall) return
    this.#stall.cancel()
    this.#stall = undefined
    for (const item of [...this.#outbox]) this.#transmit(item)
  }

  #lost(): void {
    if (this.#stall || this.#life === 'ended' || this.#life === 'vanished') return
    const cancel = this.after(rtoFirstMs, () => this.#retry())
    this.#stall = { sinceMs: this.#kernel.nowMs, tries: 0, rtoMs: rtoFirstMs, cancel }
  }

  #retry(): void {
    const stall = this.#stall
    const first = this.#outbox[0]
    if (!stall || !first) return
    stall.tries++
    const leftMs = stall.sinceMs + (this.#o.keepAlive?.userTimeoutMs ?? Number.POSITIVE_INFINITY) - this.nowMs
    if (leftMs <= 0 || stall.tries > (this.#life === 'closing' ? retriesOfOrphan : retries)) {
      this.#fail(this.#softError ?? 'ETIMEDOUT')
      return
    }
    stall.rtoMs = Math.min(stall.rtoMs * 2, rtoMaxMs, leftMs)
    stall.cancel = this.after(stall.rtoMs, () => this.#retry())
    this.#transmit(first)
  }

  /** What this end does with a segment that has arrived: a gap is not acknowledged, what nobody waits for is reset. */
  take({ sequence, payload, bytes }: Item): 'acknowledged' | 'gap' | 'reset' {
    const isFin = payload === finSegment
    if (this.#life === 'vanished') return 'reset'
    if (this.#life === 'ended') return isFin ? 'acknowledged' : 'reset'
    if (sequence > this.#expected) return 'gap'
    if (sequence < this.#expected) return 'acknowledged'
    if (this.#life === 'closing' && !isFin) {
      this.#end('ended')
      return 'reset'
    }
    this.#kept?.heard()
    this.#expected++
    this.#receivedBytes += isFin ? finBytes : bytes
    if (isFin) {
      this.#peerDone = true
      this.#inbox.end()
    } else this.#inbox.put(payload)
    return 'acknowledged'
  }

  /** Sends an acknowledgement: whether it reaches that end. */
  acknowledges(other: Endpoint): boolean {
    const way = this.#way(false, this.#seen('.'))
    this.#ways.count(way, 0)
    return way.peer === other
  }

  /** Nothing while nobody captures packets. */
  #seen(
    flags: 'P.' | 'F.' | 'R.' | '.',
    o: { readonly bytes?: number; readonly sentBytes?: number; readonly afterMs?: number } = {},
  ): Seen | undefined {
    if (this.#o.stack.fabric.captures === 0) return undefined
    const { bytes = 0, sentBytes = this.#sentBytes, afterMs = 0 } = o
    return { kind: 'tcp', flags, bytes, sentBytes, receivedBytes: this.#receivedBytes, afterMs }
  }

  /** Whether a small segment of this end would reach that one now. */
  reaches(other: Endpoint): boolean {
    return this.#way(false).peer === other
  }

  /** Where a segment of this end ends now. */
  #way(big: boolean, seen?: Seen): Way {
    return this.#ways.to(this.#peer, big, seen)
  }

  /** After a reboot the address may be back, the socket is not. */
  isMetBy(verdict: Verdict): boolean {
    const { stack, local, remote } = this.#o
    return this.#life !== 'vanished' && meets(verdict, stack, local, remote)
  }

  #fail(code: ErrnoCode): void {
    this.#end('ended')
    this.#inbox.fail(code)
  }

  #end(life: 'ended' | 'vanished'): void {
    this.#wakeBeats()
    this.#handOver()
    this.#life = life
    this.#kept?.stop()
    this.#stall?.cancel()
    this.#stall = undefined
    this.#outbox = []
    this.#o.stack.sockets.remove(this)
    this.#o.owner?.disown(this)
  }

  after(ms: number, run: () => void): Cancel {
    return this.#kernel.at(this.#kernel.nowMs + ms, this.#eventName, run)
  }
}
