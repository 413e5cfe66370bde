import { BgpProtocol } from '#lab/calico/bird/bgp/session.ts'
import type { Config, ProtocolConfig } from '#lab/calico/bird/config/model.ts'
import { type Daemon, Timer } from '#lab/calico/bird/daemon.ts'
import { KernelProtocol } from '#lab/calico/bird/protocols/kernel.ts'
import type { DownReason, Protocol } from '#lab/calico/bird/protocols/protocol.ts'
import { DeviceProtocol, DirectProtocol, StaticProtocol } from '#lab/calico/bird/protocols/simple.ts'
import { RoutingTable } from '#lab/calico/bird/table.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { Connection, Listener } from '#lab/network/ports.ts'

const build: Record<ProtocolConfig['kind'], (daemon: Daemon, config: ProtocolConfig) => Protocol> = {
  kernel: (daemon, config) => new KernelProtocol(daemon, config),
  device: (daemon, config) => new DeviceProtocol(daemon, config),
  direct: (daemon, config) => new DirectProtocol(daemon, config),
  static: (daemon, config) => new StaticProtocol(daemon, config),
  bgp: (daemon, config) => new BgpProtocol(daemon, config),
}

/**
 * One thread reads and writes all sockets (`bird:sysdep/unix/io.c`): a pass over many takes its time, and what is to be told by
 * then goes out together. A tenth of a second is the most that a neighbour is made to wait.
 */
const writeMs = 1 / 2
const writeMaxMs = 100
const fewNeighbours = 16

/** A running BIRD: its protocols, its table, its own graceful restart. */
export class Bird implements Daemon {
  readonly process: Process
  readonly table: RoutingTable
  readonly startedMs: number
  config: Config
  configuredMs: number
  shuttingDown = false
  readonly #protocols = new Map<string, Protocol>()
  #listed: readonly Protocol[] | undefined
  readonly #events: (() => void)[] = []
  readonly #unwritten: (() => void)[] = []
  readonly #locks = new Set<string>()
  readonly #wait: Timer
  readonly #done: () => void
  #recoveryState: 'none' | 'init' | 'active' | 'done'
  #listener: Listener | undefined
  #listenError: string | undefined
  #busy = false

  /** `done` hears when a shutdown is complete. */
  constructor(p: Process, config: Config, o: { readonly recover: boolean; readonly done: () => void }) {
    this.process = p
    this.config = config
    this.startedMs = p.now()
    this.configuredMs = p.now()
    this.#recoveryState = o.recover ? 'init' : 'none'
    this.#done = o.done
    this.#wait = new Timer(this, () => this.#recovered())
    this.table = new RoutingTable((net) => this.#announce(net))
  }

  get recovery(): Daemon['recovery'] {
    return {
      state: this.#recoveryState,
      lock: (name) => this.#locks.add(name),
      unlock: (name) => this.#unlock(name),
    }
  }

  get listening(): Daemon['listening'] {
    return this.#listenError === undefined ? { ok: true } : { ok: false, error: this.#listenError }
  }

  /** In the order of the configuration, as `show protocols` lists them. */
  get protocols(): readonly Protocol[] {
    this.#listed ??= [...this.#protocols.values()]
    return this.#listed
  }

  log(text: string): void {
    this.process.stderr.write(`bird: ${text}\n`)
  }

  soon(run: () => void): void {
    this.#events.push(run)
  }

  transmit(run: () => void): void {
    this.#unwritten.push(run)
    if (this.#unwritten.length > 1) return
    const neighbours = this.#protocols.size
    if (neighbours < fewNeighbours) this.soon(() => this.#write())
    else {
      const afterMs = Math.min(neighbours * writeMs, writeMaxMs)
      this.process.task.after(afterMs, () => this.turn(() => this.#write()))
    }
  }

  #write(): void {
    for (const run of this.#unwritten.splice(0)) run()
  }

  turn(run: () => void): void {
    run()
    if (this.#busy) return
    this.#busy = true
    for (let next = this.#events.shift(); next; next = this.#events.shift()) next()
    this.#busy = false
  }

  connect(
    self: Process,
    to: { readonly address: string; readonly port: number },
    o: { readonly from?: string; readonly md5Key?: string },
  ): Promise<Connection> {
    return self.net.connect(self.task, to, o)
  }

  sign(neighbour: string, password: string | undefined): void {
    this.#listener?.sign(neighbour, password)
  }

  /** The first configuration: everything is created, the device protocol starts first. */
  async start(): Promise<void> {
    await this.#listen()
    this.turn(() => {
      for (const config of this.config.protocols) this.#add(config)
      const device = this.protocols.find((each) => each.config.kind === 'device')
      device?.rethink()
      for (const protocol of this.protocols) if (protocol !== device) protocol.rethink()
      this.#startRecovery()
      this.log('Started')
    })
    this.process.thread('interfaces', (self) => this.#watch(self))
  }

  /** SIGHUP: what stayed the same runs on, the rest is restarted, removed or added (`protos_commit`). */
  async reconfigure(config: Config): Promise<void> {
    this.log('Reconfiguring')
    const signatures = new Map(this.protocols.map((each) => [each.name, each.signatures()]))
    this.config = config
    this.configuredMs = this.process.now()
    this.process.moved()
    await this.#listen()
    this.turn(() => {
      const wanted = new Map(config.protocols.map((each) => [each.name, each]))
      for (const protocol of this.protocols) {
        const next = wanted.get(protocol.name)
        const was = signatures.get(protocol.name) ?? ['', '']
        if (!next) this.#replace(protocol, undefined, 'remove')
        else if (!protocol.reconfigure(next, { was })) this.#replace(protocol, next, 'restart')
      }
      for (const next of config.protocols)
        if (!this.#protocols.has(next.name)) {
          this.log(`Adding protocol ${next.name}`)
          this.#add(next).rethink()
        }
      this.log('Reconfigured')
    })
  }

  /** SIGTERM: every neighbour is told, then `done`. */
  shutdown(): void {
    if (this.shuttingDown) return
    this.shuttingDown = true
    this.log('Shutting down')
    this.turn(() => {
      for (const protocol of this.protocols) this.#replace(protocol, undefined, 'shutdown')
    })
  }

  #add(config: ProtocolConfig): Protocol {
    const protocol = build[config.kind](this, config)
    this.#protocols.set(config.name, protocol)
    this.#listed = undefined
    this.process.moved()
    return protocol
  }

  #replace(protocol: Protocol, by: ProtocolConfig | undefined, reason: DownReason): void {
    if (reason === 'remove') this.log(`Removing protocol ${protocol.name}`)
    if (reason === 'restart') this.log(`Restarting protocol ${protocol.name}`)
    protocol.replace(by, reason, (next) => {
      this.#protocols.delete(protocol.name)
      this.#listed = undefined
      this.process.moved()
      if (next) this.#add(next).rethink()
      if (this.shuttingDown && this.#protocols.size === 0) this.#done()
    })
  }

  #announce(net: string): void {
    for (const protocol of this.protocols) if (protocol.exporting) protocol.announce(net)
  }

  #startRecovery(): void {
    if (this.#recoveryState !== 'init') return
    this.log('Graceful restart started')
    this.#recoveryState = 'active'
    this.process.moved()
    if (this.#locks.size === 0) this.#recovered()
    else this.#wait.start(this.config.gracefulRestartWaitSeconds)
  }

  #unlock(name: string): void {
    if (!this.#locks.delete(name)) return
    if (this.#recoveryState === 'active' && this.#locks.size === 0) this.soon(() => this.#recovered())
  }

  #recovered(): void {
    if (this.#recoveryState !== 'active') return
    this.log('Graceful restart done')
    this.#recoveryState = 'done'
    this.process.moved()
    this.#wait.stop()
    this.#locks.clear()
    for (const protocol of this.protocols) protocol.recovered()
  }

  /** For `show status`: undefined when no recovery runs. */
  get recoveryProgress(): { readonly waitingFor: number; readonly leftSeconds: number } | undefined {
    if (this.#recoveryState !== 'active') return undefined
    return { waitingFor: this.#locks.size, leftSeconds: this.#wait.remainingSeconds }
  }

  async #listen(): Promise<void> {
    const needed = this.config.protocols.some((each) => each.kind === 'bgp')
    if (!needed || this.#listener) return
    try {
      this.#listener = await this.process.net.listen(this.config.listen, (c) => this.#accept(c))
      this.#listenError = undefined
    } catch (error) {
      if (!isErrno(error)) throw error
      this.#listenError = error.message
    }
  }

  #accept(c: Connection): void {
    const { address, port } = c.remote
    const session = this.protocols.find((each) => each instanceof BgpProtocol && each.neighbour === address)
    if (session instanceof BgpProtocol) {
      this.turn(() => session.accept(c))
      return
    }
    this.log(`BGP: Unexpected connect from unknown address ${address} (port ${port})`)
    c.close()
  }

  async #watch(self: Process): Promise<void> {
    for (;;) {
      await self.net.changed(self.task)
      this.turn(() => {
        for (const protocol of this.protocols) {
          if (protocol instanceof DirectProtocol) protocol.scan()
          if (protocol instanceof KernelProtocol) protocol.changed()
        }
      })
    }
  }
}
