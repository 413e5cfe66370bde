import { type Daemon, Timer } from '#lab/calico/bird/daemon.ts'

/** Keeps what a restarting neighbour announced until it has announced it again, or its time is up (RFC 4724). */
export class RestartHelper {
  readonly #daemon: Daemon
  readonly #protocol: string
  readonly #timer: Timer
  #stale: Set<string> | undefined

  constructor(daemon: Daemon, protocol: string, timeUp: () => void) {
    this.#daemon = daemon
    this.#protocol = protocol
    this.#timer = new Timer(daemon, timeUp)
  }

  get active(): boolean {
    return this.#stale !== undefined
  }

  get remainingSeconds(): number | undefined {
    return this.#timer.running ? this.#timer.remainingSeconds : undefined
  }

  begin(seconds: number): void {
    this.#stale = new Set(this.#daemon.table.of(this.#protocol).map((route) => route.net))
    this.#timer.start(seconds)
  }

  /** The neighbour spoke about this network again. */
  refreshed(net: string): void {
    this.#stale?.delete(net)
  }

  /** The session is back; the neighbour has as long as it needs to send its routes. */
  sessionBack(): void {
    this.#timer.stop()
  }

  /** What was not announced again goes. */
  end(): void {
    const stale = this.#stale ?? new Set()
    this.forget()
    for (const net of stale) this.#daemon.table.set(this.#protocol, net, undefined)
  }

  /** Ends it without touching the table, which the protocol flushes whole. */
  forget(): void {
    this.#stale = undefined
    this.#timer.stop()
  }
}
