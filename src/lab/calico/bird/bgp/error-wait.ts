import type { BgpConfig } from '#lab/calico/bird/config/model.ts'
import { type Daemon, Timer } from '#lab/calico/bird/daemon.ts'

/** How long a session rests after a protocol error: doubles between its bounds, forgotten after a quiet while. */
export class ErrorWait {
  readonly #daemon: Daemon
  readonly #timer: Timer
  #lastMs: number | undefined
  seconds = 0

  constructor(daemon: Daemon, over: () => void) {
    this.#daemon = daemon
    this.#timer = new Timer(daemon, over)
  }

  get remainingSeconds(): number | undefined {
    return this.#timer.running ? this.#timer.remainingSeconds : undefined
  }

  /** `bgp_update_startup_delay` */
  failed({ errorWaitSeconds: [low, high], errorForgetSeconds }: BgpConfig): void {
    const now = this.#daemon.process.monotonic()
    if (this.#lastMs !== undefined && now - this.#lastMs >= errorForgetSeconds * 1000) this.seconds = 0
    this.#lastMs = now
    this.seconds = this.seconds === 0 ? low : Math.min(2 * this.seconds, high)
  }

  forget(): void {
    this.seconds = 0
  }

  start(): void {
    this.#timer.start(this.seconds)
  }

  stop(): void {
    this.#timer.stop()
  }
}
