import type { Config } from '#lab/calico/bird/config/model.ts'
import type { RoutingTable } from '#lab/calico/bird/table.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Connection } from '#lab/network/ports.ts'

/** What a protocol instance may ask of the daemon it belongs to. */
export interface Daemon {
  readonly process: Process
  readonly config: Config
  readonly table: RoutingTable
  readonly recovery: Recovery
  readonly shuttingDown: boolean
  /** `bird: <text>`, as `-d` prints it. */
  log(text: string): void
  /** Runs later in the same moment, after what runs now (an event of BIRD's main loop). */
  soon(run: () => void): void
  /** Runs when the daemon next writes to its neighbours: in this moment, or with many of them a little later. */
  transmit(run: () => void): void
  /** Every entry from outside (timer, socket, signal) goes through here, so that what it caused is done before it ends. */
  turn(run: () => void): void
  /** Whether somebody listens on the BGP port; the error when it could not be opened. */
  readonly listening: { readonly ok: true } | { readonly ok: false; readonly error: string }
  connect(
    self: Process,
    to: { readonly address: string; readonly port: number },
    o: { readonly from?: string; readonly md5Key?: string },
  ): Promise<Connection>
  /** The password for connections from a neighbour; undefined: none. */
  sign(neighbour: string, password: string | undefined): void
}

/** Graceful restart of this BIRD itself (`bird -R`). */
export interface Recovery {
  readonly state: 'none' | 'init' | 'active' | 'done'
  lock(name: string): void
  unlock(name: string): void
}

/** As `show protocols all` tells what is left of a time. */
export const wholeSeconds = (ms: number): number => Math.max(0, Math.round(ms / 1000))

/** A timer of the daemon, by a clock that nobody sets (BIRD 1.6.8 sysdep/unix/io.c, update_times). Starting it again moves it. */
export class Timer {
  readonly #daemon: Daemon
  readonly #fire: () => void
  #dueMs: number | undefined
  #cancel: (() => void) | undefined

  constructor(daemon: Daemon, fire: () => void) {
    this.#daemon = daemon
    this.#fire = fire
  }

  get running(): boolean {
    return this.#dueMs !== undefined
  }

  /** Whole seconds until it fires. */
  get remainingSeconds(): number {
    return wholeSeconds((this.#dueMs ?? 0) - this.#daemon.process.monotonic())
  }

  start(seconds: number): void {
    this.startMs(seconds * 1000)
  }

  startMs(ms: number): void {
    this.stop()
    const { process } = this.#daemon
    this.#dueMs = process.monotonic() + ms
    this.#cancel = process.task.after(ms, () => {
      this.#dueMs = undefined
      this.#cancel = undefined
      this.#daemon.turn(this.#fire)
    })
  }

  /** Does not fire until it is started or resumed. */
  pause(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** Fires when it would have fired without the pause. */
  resume(): void {
    if (this.#dueMs !== undefined) this.startMs(this.#dueMs - this.#daemon.process.monotonic())
  }

  stop(): void {
    this.#dueMs = undefined
    this.pause()
  }
}
