import type { ErrnoCode } from '#lab/host/ports.ts'
import type { Cancel, Kernel, Task } from '#lab/kernel/kernel.ts'
import { ipv4Text } from '#lab/network/address.ts'
import { type BeatEnd, EndBeats } from '#lab/network/beats.ts'
import { bytesOf, type SocketPair } from '#lab/network/end-ways.ts'
import { latencyMs, meets, reversed } from '#lab/network/exchange.ts'
import type { Resting } from '#lab/network/fabric.ts'
import { Inbox } from '#lab/network/inbox.ts'
import { KeptAlive, type KeptEnd } from '#lab/network/keep-alive.ts'
import { type LeavingEnd, Left } from '#lab/network/left.ts'
import type { Flow, Tuple, Verdict } from '#lab/network/packet.ts'
import type { Connection, KeepAlive, LeftSource, Payload, Reader, SocketHolder } from '#lab/network/ports.ts'
import { fin, numbersOf, Sender, type SendingEnd, type Train } from '#lab/network/sender.ts'
import type { Owner } from '#lab/network/sockets.ts'

interface EndOptions extends SocketPair {
  readonly owner: Owner | undefined
  readonly keepAlive: KeepAlive | undefined
  /** Of the end that dialled. */
  readonly shown?: string
}

/**
 * One end of a TCP connection: what it says is sent by its {@link Sender}, what it hears lies in its {@link Inbox}. While nothing moves
 * that its packets meet, much is said and answered without being sent (docs/decisions/0012).
 *
 * Not imitated: windows, congestion, splitting of payloads, TIME-WAIT, RST on closing with unread data.
 */
export class Endpoint implements Connection, SendingEnd, BeatEnd, LeavingEnd, KeptEnd {
  readonly local: { readonly address: string; readonly port: number }
  readonly remote: { readonly address: string; readonly port: number }
  readonly flow: Flow
  readonly #o: EndOptions
  readonly #kernel: Kernel
  readonly #isServer: boolean
  readonly #sender: Sender
  readonly #inbox: Inbox
  takesAfterMs = 0
  #peer: Endpoint | undefined
  #life: 'open' | 'closing' | 'ended' | 'vanished' = 'open'
  /** The number of the next train that is new here. */
  #expected = 0
  #receivedBytes = 0
  /** The other end has sent FIN. */
  #peerDone = false
  #beats: EndBeats | undefined
  #left: Left | undefined
  #kept: KeptAlive | undefined
  /** How long there and back takes, and in which epoch that was found: until that moves no way is another. */
  #bothWaysMs: number | undefined
  #echoEpoch = -1

  private constructor(flow: Flow, isServer: boolean, o: EndOptions) {
    this.#o = o
    this.flow = flow
    this.#isServer = isServer
    this.#kernel = o.stack.fabric.kernel
    this.#inbox = new Inbox(this.#kernel)
    this.#sender = new Sender(this, o, flow, { isServer })
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
    const segmentBytes = Math.min(client.#sender.segmentBytes, server.#sender.segmentBytes)
    for (const end of [client, server]) {
      end.#sender.segmentBytes = segmentBytes
      if (end.#o.keepAlive !== undefined) end.#kept = new KeptAlive(end, end.#o.keepAlive)
    }
    return [client, server]
  }

  get shown(): string | undefined {
    return this.#o.shown
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
    const choices = stack.fabric.captures > 0 ? Number.POSITIVE_INFINITY : this.flow.choices
    return { choices, end: `${stack.id} ${local.ip} ${local.port}` }
  }

  send(payload: Payload): void {
    if (this.#life !== 'open') return
    this.#beats?.wake()
    this.#left?.handOver()
    this.#sender.send(payload)
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
    const { peer } = this.#sender.wayNow()
    if (!this.#sender.isIdle || peer === undefined || !peer.#endsWith(this)) this.#sender.send(fin)
    else {
      this.#showEnd(peer)
      this.#end('ended')
    }
  }

  #endsWith(other: Endpoint): boolean {
    if (this.#life === 'ended') return true
    if (this.#life !== 'open' || !this.#sender.isIdle || !this.#inbox.closesWithOther) return false
    if (!this.reaches(other)) return false
    this.#end('ended')
    this.#inbox.end()
    return true
  }

  /** What no event is made for, to who captures packets: both FIN and the last acknowledgement. */
  #showEnd(peer: Endpoint): void {
    const halfMs = latencyMs(1)
    this.#sender.show('F.')
    peer.#sender.show('F.', halfMs)
    this.#sender.show('.', 2 * halfMs)
  }

  /** The third packet of a handshake, to who captures packets. */
  showAcknowledgement(): void {
    this.#sender.show('.')
  }

  abort(): void {
    if (!this.isThere) return
    this.#end('ended')
    this.#inbox.end()
    const { peer, verdict } = this.#sender.sendReset()
    if (peer !== undefined) this.after(latencyMs(verdict.hops), () => peer.reset())
  }

  /** The whole namespace goes: what is waiting to be sent is dropped. */
  vanish({ silent }: { readonly silent: boolean }): void {
    if (!silent) {
      this.close()
      this.#end('ended')
    } else this.#end('vanished')
    this.#inbox.fail('ECONNRESET')
  }

  /** Whether it still is a socket: another segment is answered by RST. */
  get isThere(): boolean {
    return this.#life === 'open' || this.#life === 'closing'
  }

  /** After a reboot the address may be back, the socket is not. */
  isMetBy(verdict: Verdict): boolean {
    const { stack, local, remote } = this.#o
    return this.#life !== 'vanished' && meets(verdict, stack, local, remote)
  }

  /** What this end does with a train that has arrived: a gap is not acknowledged, what nobody waits for is reset. */
  take(train: Train): 'acknowledged' | 'gap' | 'reset' {
    const { sequence, payload } = train
    if (this.#life === 'vanished') return 'reset'
    if (this.#life === 'ended') return payload === fin ? 'acknowledged' : 'reset'
    if (sequence > this.#expected) return 'gap'
    if (sequence < this.#expected) return 'acknowledged'
    if (this.#life === 'closing' && payload !== fin) {
      this.#end('ended')
      return 'reset'
    }
    this.#kept?.heard()
    this.#expected++
    this.#receivedBytes += numbersOf(train)
    if (payload === fin) {
      this.#peerDone = true
      this.#inbox.end()
    } else this.#inbox.put(payload)
    return 'acknowledged'
  }

  /** Sends an acknowledgement: whether it reaches that end. */
  acknowledges(other: SendingEnd): boolean {
    return this.#sender.acknowledge().peer === other
  }

  /** Whether a small segment of this end would reach that one now. */
  reaches(other: Endpoint): boolean {
    return this.#sender.wayNow().peer === other
  }

  get nowMs(): number {
    return this.#kernel.nowMs
  }

  get other(): Endpoint | undefined {
    return this.#peer
  }

  get receivedBytes(): number {
    return this.#receivedBytes
  }

  get isOrphan(): boolean {
    return this.#life === 'closing'
  }

  get userTimeoutMs(): number | undefined {
    return this.#o.keepAlive?.userTimeoutMs
  }

  heard(): void {
    this.#kept?.heard()
  }

  drained(): void {
    if (this.#life === 'closing') this.#end('ended')
  }

  reset(): void {
    if (this.isThere) this.#fail('ECONNRESET')
  }

  gaveUp(): void {
    this.#fail(this.#sender.softError ?? 'ETIMEDOUT')
  }

  after(ms: number, run: () => void): Cancel {
    return this.#kernel.at(this.#kernel.nowMs + ms, this.#o.stack.sockets.eventName, run)
  }

  get isWaiting(): boolean {
    return !this.#sender.isIdle
  }

  get isSureOfOther(): boolean {
    return this.beatMs !== undefined
  }

  probe(): 'answered' | 'silent' | 'reset' {
    const answer = this.#sender.probe()
    if (answer === 'reset') this.reset()
    return answer
  }

  /** Everything that was said has arrived, and nobody sees what is left out. */
  get #isQuiet(): boolean {
    return this.#isIdle && this.#kernel.lazy && this.#o.stack.fabric.captures === 0
  }

  get #isIdle(): boolean {
    return this.#life === 'open' && !this.#peerDone && this.#sender.isIdle
  }

  get resting(): Resting {
    return this.#o.stack.fabric.resting
  }

  get echoMs(): number | undefined {
    if (!this.#isQuiet) return undefined
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
    const thereMs = this.#wayMs()
    const backMs = this.#peer === undefined ? undefined : this.#peer.#wayMs()
    return thereMs === undefined || backMs === undefined ? undefined : thereMs + backMs
  }

  /** How long a small segment takes until the other end has taken it; `undefined`: it would not get there. */
  #wayMs(): number | undefined {
    const { peer, verdict } = this.#sender.wayNow()
    return peer === undefined ? undefined : latencyMs(verdict.hops) + peer.takesAfterMs
  }

  ask(payload: Payload): { readonly payload: Payload; readonly inMs: number } | undefined {
    const inMs = this.echoMs
    const answer = inMs === undefined ? undefined : this.#peer?.answer(payload)
    return inMs === undefined || answer === undefined ? undefined : { payload: answer, inMs }
  }

  /** What its reader answers to what need not be sent. */
  answer(payload: Payload): Payload | undefined {
    return this.#inbox.answer(payload)
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

  deliver(payload: Payload): void {
    if (this.#peer !== undefined) this.#peer.#inbox.put(payload)
  }

  get beats(): EndBeats {
    this.#beats ??= new EndBeats(this)
    return this.#beats
  }

  get beatMs(): number | undefined {
    const peer = this.#peer
    if (peer === undefined || !this.#isQuiet) return undefined
    const wayMs = this.#wayMs()
    return wayMs !== undefined && peer.#isIdle && peer.reaches(this) ? wayMs : undefined
  }

  said(times: number, payload: Payload): void {
    this.#sender.said(payload, times)
    if (this.#peer === undefined) return
    this.#peer.#expected += times
    this.#peer.#receivedBytes += times * bytesOf(payload)
  }

  saying(payload: Payload, inMs: number): void {
    this.#sender.saying(payload, inMs)
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

  #fail(code: ErrnoCode): void {
    this.#end('ended')
    this.#inbox.fail(code)
  }

  #end(life: 'ended' | 'vanished'): void {
    this.#wakeBeats()
    this.#handOver()
    this.#life = life
    this.#kept?.stop()
    this.#sender.stop()
    this.#o.stack.sockets.remove(this)
    this.#o.owner?.disown(this)
  }
}
