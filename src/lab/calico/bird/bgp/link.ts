import { drawnAt } from '#base/random.ts'
import type { BgpMessage } from '#lab/calico/bird/bgp/messages.ts'
import { keepaliveMessage, readMessage, writeMessage } from '#lab/calico/bird/bgp/messages.ts'
import { type Daemon, Timer, wholeSeconds } from '#lab/calico/bird/daemon.ts'
import { isErrno } from '#lab/host/ports.ts'
import type { Beat, BeatListener, Connection } from '#lab/network/ports.ts'

export type LinkState = 'Idle' | 'Connect' | 'Active' | 'OpenSent' | 'OpenConfirm' | 'Established' | 'Close'

const order: readonly LinkState[] = [
  'Idle',
  'Connect',
  'Active',
  'OpenSent',
  'OpenConfirm',
  'Established',
  'Close',
]
export const rank = (state: LinkState): number => order.indexOf(state)

/** What a session hears from one of its connections. */
export interface LinkEvents {
  retry(): void
  connected(): void
  message(message: BgpMessage | undefined): void
  /** The socket failed, with strerror's text, or the other end closed it. */
  lost(error: string | undefined): void
  holdExpired(): void
}

/**
 * One of a session's two TCP connections (`struct bgp_conn`). Timers: the keepalive one is shortened by up to a
 * quarter by chance, as RFC 4271 asks; the hold timer is exact, so a silent loss shows after 160 to 240 seconds.
 * While nothing moves between two that are Established, their keepalives and hold timers rest ({@link Beats}).
 */
export class Link implements Beat, BeatListener {
  readonly #daemon: Daemon
  readonly #name: string
  readonly #events: LinkEvents
  #state: LinkState = 'Idle'
  peer: (BgpMessage & { bgp: 'OPEN' }) | undefined
  holdSeconds = 0
  keepaliveSeconds = 0
  /** Each from when it is first needed: one of a session's two connections mostly has none. */
  #retry: Timer | undefined
  #hold: Timer | undefined
  #keepalive: Timer | undefined
  readonly payload = keepaliveMessage
  readonly #chance: number
  #keepalives = 0
  #socket: Connection | undefined
  #dialer: { stop(): void } | undefined

  constructor(daemon: Daemon, name: string, events: LinkEvents) {
    this.#daemon = daemon
    this.#name = name
    this.#events = events
    this.#chance = daemon.process.random.between(0, 2 ** 32 - 1)
  }

  get retry(): Timer {
    this.#retry ??= new Timer(this.#daemon, () => this.#events.retry())
    return this.#retry
  }

  get hold(): Timer {
    this.#hold ??= new Timer(this.#daemon, () => this.#events.holdExpired())
    return this.#hold
  }

  get keepalive(): Timer {
    this.#keepalive ??= new Timer(this.#daemon, () => {
      if (this.#state !== 'Established' || this.#socket?.beats?.rest(this) !== true) this.sendKeepalive()
    })
    return this.#keepalive
  }

  get state(): LinkState {
    return this.#state
  }

  /** Health checks count who is Established; a neighbour that is tried again and again is no news to them. */
  set state(next: LinkState) {
    const was = this.#state
    this.#state = next
    if (next === 'Established') this.#socket?.beats?.listen(this)
    if ((was === 'Established') !== (next === 'Established')) this.#daemon.process.moved()
  }

  get open(): boolean {
    return this.#socket !== undefined
  }

  dial(
    to: { readonly address: string; readonly port: number },
    o: { readonly from?: string; readonly md5Key?: string },
  ): void {
    this.#dialer?.stop()
    this.#dialer = this.#daemon.process.thread(`${this.#name} connect`, async (self) => {
      try {
        const socket = await this.#daemon.connect(self, to, o)
        this.#socket = socket
        this.#daemon.turn(() => this.#events.connected())
        this.#listen(socket)
      } catch (error) {
        if (!isErrno(error)) throw error
        this.#daemon.turn(() => this.#events.lost(error.message))
      }
    })
  }

  take(socket: Connection): void {
    this.#dialer?.stop()
    this.#socket = socket
    this.#listen(socket)
  }

  send(message: BgpMessage): void {
    this.#socket?.send(writeMessage(message))
  }

  sendKeepalive(): void {
    this.#socket?.send(keepaliveMessage)
    if (this.keepaliveSeconds > 0) this.keepalive.startMs(this.pauseMs())
  }

  pauseMs(): number {
    const quarter = Math.floor(this.keepaliveSeconds / 4)
    const earlier = Math.floor(drawnAt(this.#chance, this.#keepalives++) * (quarter + 1))
    return (this.keepaliveSeconds - earlier) * 1000
  }

  sayIn(ms: number): void {
    if (this.open) this.keepalive.startMs(ms)
  }

  rest(): void {
    this.hold.pause()
  }

  wake(sinceHeardMs: number | undefined): void {
    if (!this.open || this.holdSeconds === 0) return
    if (sinceHeardMs === undefined) this.hold.resume()
    else this.hold.startMs(this.holdSeconds * 1000 - sinceHeardMs)
  }

  /** Of the timers of an established session. */
  get remaining(): { readonly holdSeconds: number; readonly keepaliveSeconds: number } {
    const { untilNextMs, sinceHeardMs } = this.#socket?.beats ?? {}
    return {
      holdSeconds:
        sinceHeardMs === undefined
          ? this.hold.remainingSeconds
          : wholeSeconds(this.holdSeconds * 1000 - sinceHeardMs),
      keepaliveSeconds:
        untilNextMs === undefined ? this.keepalive.remainingSeconds : wholeSeconds(untilNextMs),
    }
  }

  heard(): void {
    if (this.holdSeconds > 0) this.hold.start(this.holdSeconds)
  }

  /** Frees the socket and every timer; the state is the caller's to set. */
  release(): void {
    this.#retry?.stop()
    this.#hold?.stop()
    this.#keepalive?.stop()
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
    this.#dialer?.stop()
    this.#dialer = undefined
  }

  /** A neighbour in a mesh has a hundred of them: no task waits for what arrives. */
  #listen(socket: Connection): void {
    const { process } = this.#daemon
    const isOurs = (): boolean => this.#socket === socket && process.task.alive
    if (!isOurs()) return
    socket.follow({
      payload: (payload) => {
        if (isOurs()) this.#daemon.turn(() => this.#events.message(readMessage(payload)))
      },
      end: (why) => {
        if (isOurs()) this.#daemon.turn(() => this.#events.lost(why === 'closed' ? undefined : why.message))
      },
    })
  }
}
