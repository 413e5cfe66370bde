import type { ProtocolConfig } from '#lab/calico/bird/config/model.ts'
import type { Daemon } from '#lab/calico/bird/daemon.ts'
import { filterSignature, runFilter } from '#lab/calico/bird/filter.ts'
import type { BirdRoute } from '#lab/calico/bird/route.ts'

export type ProtocolState = 'down' | 'start' | 'up' | 'stop'

/** Why a protocol goes down; decides what a BGP neighbour is told. */
export type DownReason = 'remove' | 'restart' | 'shutdown' | 'disable' | 'command-restart'

const titles = { kernel: 'Kernel', device: 'Device', direct: 'Direct', static: 'Static', bgp: 'BGP' } as const

/** What every protocol instance does the same way: states, feeding, graceful restart (`bird:nest/proto.c`). */
export abstract class Protocol {
  readonly daemon: Daemon
  config: ProtocolConfig
  state: ProtocolState = 'down'
  sinceMs: number
  disabled: boolean
  downReason: DownReason | undefined
  #core: 'hungry' | 'happy' | 'flushing' = 'hungry'
  #exports: 'down' | 'feeding' | 'ready' = 'down'
  #announced = ''
  #replacement: { readonly config: ProtocolConfig | undefined } | undefined
  #replaced: ((by: ProtocolConfig | undefined) => void) | undefined
  /** Takes part in this BIRD's own graceful restart. */
  recovering = false
  /** Waits with exporting until that restart is over. */
  waiting = false

  constructor(daemon: Daemon, config: ProtocolConfig) {
    this.daemon = daemon
    this.config = config
    this.disabled = config.disabled
    this.sinceMs = daemon.process.now()
    this.trace(`Initializing${this.disabled ? ' [disabled]' : ''}`)
  }

  get name(): string {
    return this.config.name
  }

  get title(): string {
    return titles[this.config.kind]
  }

  get exporting(): boolean {
    return this.#exports !== 'down'
  }

  get stateName(): string {
    if (this.state === 'down') return this.#core === 'flushing' ? 'flush' : 'down'
    if (this.state !== 'up') return this.state
    return this.#exports === 'ready' ? 'up' : this.#exports === 'feeding' ? 'feed' : 'wait'
  }

  /** How many networks others have from it. */
  get exportedCount(): number {
    return 0
  }

  /** The info column of `show protocols`. */
  get info(): string {
    return ''
  }

  /** More lines for `show protocols all`. */
  details(): readonly string[] {
    return []
  }

  protected abstract start(): 'start' | 'up'
  protected abstract shutdown(): 'stop' | 'down'
  /** Takes over a changed configuration while running; false asks for a restart. */
  protected abstract adopt(config: ProtocolConfig): boolean
  /** A network's best route changed, or is fed for the first time. */
  announce(_net: string): void {}
  protected fed(): void {}
  /** Asks the neighbour for its routes again after the import filter changed; false asks for a restart. */
  protected reload(): boolean {
    return true
  }

  trace(text: string): void {
    if (this.config.debugStates) this.daemon.log(`${this.name}: ${text}`)
  }

  /** Starts it if it is to run and rests, stops it if it is not to run. */
  rethink(): void {
    const replacement = this.#replacement
    if (replacement && this.state === 'down' && this.#core === 'hungry') {
      this.#replacement = undefined
      this.#replaced?.(replacement.config)
      return
    }
    const wanted = !this.disabled && !replacement
    if (wanted && this.state === 'down' && this.#core === 'hungry') {
      this.trace('Starting')
      this.recovering = this.daemon.recovery.state === 'init'
      this.notify(this.start())
    } else if (!wanted && (this.state === 'start' || this.state === 'up')) {
      this.trace('Shutting down')
      this.notify(this.shutdown())
    }
  }

  /** Goes down for good; `done` hears when nothing of it is left, with the configuration that replaces it. */
  replace(
    by: ProtocolConfig | undefined,
    reason: DownReason,
    done: (by: ProtocolConfig | undefined) => void,
  ): void {
    this.downReason = reason
    this.#replacement = { config: by }
    this.#replaced = done
    this.rethink()
  }

  /** Tries to run on under a changed configuration. */
  reconfigure(config: ProtocolConfig, signatures: { readonly was: readonly [string, string] }): boolean {
    if (this.state === 'down' || config.kind !== this.config.kind || config.disabled !== this.disabled)
      return false
    if (!this.adopt(config)) return false
    this.trace('Reconfigured')
    this.config = config
    const [imports, exports] = this.signatures()
    const importChanged = imports !== signatures.was[0]
    const exportChanged = exports !== signatures.was[1]
    if (this.state !== 'up' || !(importChanged || exportChanged)) return true
    this.daemon.log(`Reloading protocol ${this.name}`)
    if (importChanged && !this.reload()) return false
    if (exportChanged && this.exporting) {
      this.#feed()
      this.#logState()
    }
    return true
  }

  /** What its import and export filters do, as texts that can be compared. */
  signatures(): readonly [string, string] {
    const { config } = this.daemon
    return [filterSignature(config, this.config.imports), filterSignature(config, this.config.exports)]
  }

  notify(next: ProtocolState): void {
    const was = this.state
    if (was === next) return
    this.state = next
    this.sinceMs = this.daemon.process.now()
    this.daemon.process.moved()
    if (next === 'up') this.#wentUp()
    else this.#left(next, was)
  }

  /** Called when this BIRD's graceful restart is over. */
  recovered(): void {
    if (!this.recovering) return
    if (this.state === 'up' && this.waiting) this.#feed()
    this.recovering = false
    this.waiting = false
    this.#logState()
  }

  #wentUp(): void {
    if (this.#core === 'hungry') {
      this.#core = 'happy'
      this.trace('Connected to table master')
    }
    if (!this.waiting) this.#feed()
    this.#logState()
  }

  #left(next: ProtocolState, was: ProtocolState): void {
    this.#exports = 'down'
    if (next === 'start') {
      this.#logState()
      return
    }
    if (next === 'down') this.downReason = undefined
    if (this.#core === 'happy') this.#flush()
    if (next === 'stop' || was !== 'stop') this.#fallingDown()
    this.#logState()
    if (next === 'down' && this.#core === 'hungry') this.rethink()
  }

  #fallingDown(): void {
    this.recovering = false
    this.waiting = false
    this.daemon.recovery.unlock(this.name)
  }

  #flush(): void {
    this.#core = 'flushing'
    this.daemon.process.moved()
    this.daemon.soon(() => {
      for (const { net } of this.daemon.table.of(this.name)) this.daemon.table.set(this.name, net, undefined)
      this.#core = 'hungry'
      if (this.state !== 'down') return
      this.#logState()
      this.rethink()
    })
  }

  #feed(): void {
    this.#exports = 'feeding'
    this.daemon.soon(() => {
      if (this.#exports !== 'feeding') return
      for (const { net } of this.daemon.table.allBest()) this.announce(net)
      this.#exports = 'ready'
      this.fed()
      this.#logState()
    })
  }

  #logState(): void {
    const name = this.stateName
    if (name === this.#announced) return
    this.#announced = name
    this.daemon.process.moved()
    this.trace(`State changed to ${name}`)
  }

  /** Whether the protocol would hear of a route at all, were it not for its export filter (`import_control`). */
  protected hears(_route: BirdRoute): boolean {
    return false
  }

  /** Whether the export filter lets a route out to it; undefined for one of which it would not hear anyway. */
  letsOut(route: BirdRoute): boolean | undefined {
    return this.hears(route) ? this.exported(route) !== undefined : undefined
  }

  /** The route as the export filter lets it out. */
  protected exported(route: BirdRoute): BirdRoute | undefined {
    return runFilter(this.daemon.config, this.config.exports, route)
  }

  /** Takes a route into the table if the import filter lets it in. */
  protected imported(route: BirdRoute): void {
    this.daemon.table.set(this.name, route.net, runFilter(this.daemon.config, this.config.imports, route))
  }
}
