import { present } from '#base/assert.ts'
import { sessionDetails } from '#lab/calico/bird/bgp/details.ts'
import { ErrorWait } from '#lab/calico/bird/bgp/error-wait.ts'
import { Exporter, importable, mayPass } from '#lab/calico/bird/bgp/exchange.ts'
import { type ExportGroup, exportGroup } from '#lab/calico/bird/bgp/export-group.ts'
import { Link, rank } from '#lab/calico/bird/bgp/link.ts'
import {
  type BgpMessage,
  ceaseSubcodes,
  errorName,
  type LastError,
  openMessage,
} from '#lab/calico/bird/bgp/messages.ts'
import { RestartHelper } from '#lab/calico/bird/bgp/restart-helper.ts'
import type { BgpConfig, Config, ProtocolConfig } from '#lab/calico/bird/config/model.ts'
import type { Daemon } from '#lab/calico/bird/daemon.ts'
import { equalConfig } from '#lab/calico/bird/protocols/equal.ts'
import { Protocol } from '#lab/calico/bird/protocols/protocol.ts'
import { type BgpAttributes, type BirdRoute, compareIds } from '#lab/calico/bird/route.ts'
import type { Connection } from '#lab/network/ports.ts'

/**
 * One BGP neighbour: the state machine of `bird:proto/bgp/bgp.c` with its two connections, error waits and graceful
 * restart as helper and as restarter. Not imitated: capabilities other than graceful restart, add-path, long-lived
 * graceful restart, TTL security, route limits, BFD.
 */
export class BgpProtocol extends Protocol {
  readonly #out: Link
  readonly #in: Link
  readonly #errorWait: ErrorWait
  readonly #helper: RestartHelper
  readonly #exporter: Exporter
  #phase: 'prepare' | 'delay' | 'connect' = 'prepare'
  #current: Link | undefined
  #lastError: LastError = { class: '', text: '' }
  #neighbourCanRestart = false
  #group: { readonly of: Config; readonly by: ProtocolConfig; readonly group: ExportGroup } | undefined

  constructor(daemon: Daemon, config: ProtocolConfig) {
    super(daemon, config)
    this.#out = this.#link('outgoing')
    this.#in = this.#link('incoming')
    this.#errorWait = new ErrorWait(daemon, () => this.#begin())
    this.#helper = new RestartHelper(daemon, config.name, () => this.#stop(0))
    this.#exporter = new Exporter(this, (message) => this.#current?.send(message))
  }

  get bgp(): BgpConfig {
    return this.config.bgp
  }

  get neighbour(): string {
    return present(this.bgp.neighbor, 'the parser refuses a BGP stanza without a neighbor')
  }

  get internal(): boolean {
    return this.bgp.localAs === this.bgp.neighborAs
  }

  get bgpState(): string {
    if (this.state === 'down') return 'Down'
    const state = rank(this.#in.state) > rank(this.#out.state) ? this.#in.state : this.#out.state
    return state === 'Idle' && this.#phase === 'connect' && this.bgp.passive ? 'Passive' : state
  }

  override get exportedCount(): number {
    return this.#exporter.count
  }

  override get info(): string {
    const error = `${this.#lastError.class}${this.#lastError.text}`
    return this.state === 'down' ? error : `${this.bgpState.padEnd(14)}${error}`
  }

  override details(): readonly string[] {
    return sessionDetails({
      state: this.state,
      bgpState: this.bgpState,
      bgp: this.bgp,
      internal: this.internal,
      current: this.#current,
      outgoing: this.#out,
      helper: this.#helper,
      errorWait: this.#errorWait,
      lastError: this.#lastError,
    })
  }

  protected start(): 'start' {
    this.#phase = 'prepare'
    this.#neighbourCanRestart = false
    this.daemon.sign(this.neighbour, this.bgp.password)
    this.#helper.forget()
    if (this.recovering && this.config.gracefulRestart) this.daemon.recovery.lock(this.name)
    this.daemon.soon(() => this.#initiate())
    return 'start'
  }

  protected shutdown(): 'stop' {
    this.#lastError = { class: '', text: '' }
    this.#errorWait.forget()
    this.#stop(ceaseSubcodes[this.downReason ?? 'disable'])
    return 'stop'
  }

  protected adopt(config: ProtocolConfig): boolean {
    return equalConfig(config, this.config, ['bgp', 'gracefulRestart'])
  }

  protected override reload(): boolean {
    this.#current?.send({ bgp: 'ROUTE-REFRESH' })
    return this.#current !== undefined
  }

  protected override hears(route: BirdRoute): boolean {
    return mayPass(route, this)
  }

  override announce(net: string): void {
    if (this.exporting) this.#exporter.announce(net)
  }

  /** What the neighbour is told of a route, for {@link Exporter}. */
  outgoing(route: BirdRoute): BgpAttributes | undefined {
    const { config } = this.daemon
    if (this.#group?.of !== config || this.#group.by !== this.config)
      this.#group = { of: config, by: this.config, group: exportGroup(this, this.config.exports) }
    return this.#group.group.outgoing(route, this, this.config.exports)
  }

  protected override fed(): void {
    this.#exporter.endOfRib()
  }

  /** Somebody called from the neighbour's address (`bgp_incoming_connection`). */
  accept(socket: Connection): void {
    const reachable = (this.state === 'start' || this.state === 'up') && this.#phase === 'connect'
    let accepted = reachable && !this.#in.open
    if (this.#current?.state === 'Established' && this.#neighbourCanRestart) {
      this.#blame('Error: ', 'Graceful restart', undefined)
      const was = this.#current
      this.#helpRestart()
      this.#idle(was)
      if (rank(this.#in.state) > rank('Active')) this.#in.release()
      accepted = true
    }
    if (!accepted) {
      socket.close()
      return
    }
    this.#in.take(socket)
    this.#sendOpen(this.#in)
  }

  #link(which: string): Link {
    const link: Link = new Link(this.daemon, `${this.config.name} ${which}`, {
      retry: () => this.#retry(link),
      connected: () => this.#sendOpen(link),
      message: (message) => this.#receive(link, message),
      lost: (error) => this.#lost(link, error),
      holdExpired: () => this.#error(link, 4, 0),
    })
    return link
  }

  #initiate(): void {
    if (this.state !== 'start' || this.#phase !== 'prepare') return
    const { listening } = this.daemon
    if (!listening.ok) {
      this.daemon.log(`BGP: Socket error: bind: ${listening.error}`)
      this.daemon.log('BGP: Cannot open listening socket')
      this.disabled = true
      this.#blame('Error: ', 'No listening socket', undefined)
      this.notify('down')
      return
    }
    if (this.#errorWait.seconds === 0) {
      this.#begin()
      return
    }
    this.#phase = 'delay'
    this.#errorWait.start()
  }

  #begin(): void {
    this.#phase = 'connect'
    if (!this.bgp.passive) this.#active()
  }

  #active(): void {
    this.#out.release()
    this.#out.state = 'Active'
    this.#out.retry.start(Math.max(1, this.bgp.connectDelaySeconds))
  }

  #retry(link: Link): void {
    if (this.state !== 'start') {
      this.#idle(link)
      return
    }
    link.release()
    link.state = 'Connect'
    const { connectRetrySeconds, neighborPort, source, password } = this.bgp
    const jitter = this.daemon.process.random.between(0, Math.floor(connectRetrySeconds / 4))
    link.retry.start(connectRetrySeconds - jitter)
    link.dial(
      { address: this.neighbour, port: neighborPort },
      { ...(source === undefined ? {} : { from: source }), ...(password ? { md5Key: password } : {}) },
    )
  }

  #sendOpen(link: Link): void {
    link.retry.stop()
    link.peer = undefined
    link.state = 'OpenSent'
    link.holdSeconds = 0
    link.hold.start(this.bgp.startupHoldSeconds)
    link.send(openMessage(this))
  }

  #receive(link: Link, message: BgpMessage | undefined): void {
    if (link.state === 'Idle' || link.state === 'Close') return
    switch (message?.bgp) {
      case 'OPEN':
        this.#receiveOpen(link, message)
        return
      case 'KEEPALIVE':
        this.#receiveKeepalive(link)
        return
      case 'UPDATE':
        if (link.state !== 'Established') {
          this.#error(link, 5, 0)
          return
        }
        link.heard()
        this.#receiveUpdate(message)
        return
      case 'ROUTE-REFRESH':
        this.#exporter.everything()
        return
      case 'NOTIFICATION':
        this.#receiveNotification(link, message)
        return
      case undefined:
        this.#error(link, 1, 1)
        return
      default:
        message satisfies never
    }
  }

  #receiveOpen(link: Link, open: BgpMessage & { bgp: 'OPEN' }): void {
    if (link.state !== 'OpenSent') {
      this.#error(link, 5, 0)
      return
    }
    // RFC 4271, 4.2: none, or three seconds at least.
    if (open.holdSeconds > 0 && open.holdSeconds < 3) {
      this.#error(link, 2, 6, open.holdSeconds.toString(16).padStart(4, '0'))
      return
    }
    if (this.internal && open.id === this.daemon.config.routerId) {
      this.#error(link, 2, 3)
      return
    }
    if (open.as !== this.bgp.neighborAs) {
      this.#error(link, 2, 2, String(open.as))
      return
    }
    if (!this.#winsCollision(link, open)) {
      this.#error(link, 6, 7)
      return
    }
    link.peer = open
    link.holdSeconds = Math.min(open.holdSeconds, this.bgp.holdSeconds)
    link.keepaliveSeconds = this.bgp.keepaliveSeconds ?? Math.floor(link.holdSeconds / 3)
    this.#neighbourCanRestart = this.config.gracefulRestart && open.gracefulRestart !== undefined
    link.state = 'OpenConfirm'
    link.sendKeepalive()
    link.heard()
  }

  /** `bgp_rx_open`: of two connections that got this far, the one dialled by the higher router id stays. */
  #winsCollision(link: Link, open: BgpMessage & { bgp: 'OPEN' }): boolean {
    const other = link === this.#out ? this.#in : this.#out
    if (other.state === 'Connect' || other.state === 'Active') this.#idle(other)
    if (other.state === 'Established') return false
    if (other.state !== 'OpenConfirm') return true
    const neighbourDominates = compareIds(this.daemon.config.routerId, open.id) < 0
    const keepsThis = neighbourDominates === (link === this.#in)
    if (keepsThis) this.#error(other, 6, 7)
    return keepsThis
  }

  #receiveKeepalive(link: Link): void {
    link.heard()
    if (link.state === 'OpenConfirm') this.#established(link)
    else if (link.state !== 'Established') this.#error(link, 5, 0)
  }

  #established(link: Link): void {
    const restart = link.peer?.gracefulRestart
    this.#current = link
    this.#lastError = { class: '', text: '' }
    this.#exporter.reset()
    const neighbourStands = restart !== undefined && !restart.restarted
    if (this.recovering && !neighbourStands) this.daemon.recovery.unlock(this.name)
    if (this.recovering && this.config.gracefulRestart && neighbourStands) this.waiting = true
    this.#helper.sessionBack()
    link.state = 'Established'
    if (this.#helper.active && !restart?.forwarding) this.#helper.end()
    this.notify('up')
  }

  #receiveUpdate({ announce, withdraw }: BgpMessage & { bgp: 'UPDATE' }): void {
    if (announce.length === 0 && withdraw.length === 0) {
      this.#endOfRib()
      return
    }
    for (const net of withdraw) {
      this.#helper.refreshed(net)
      this.daemon.table.set(this.name, net, undefined)
    }
    for (const each of announce) {
      this.#helper.refreshed(each.net)
      const route = importable(this, each, this.#current?.peer?.id)
      if (route) this.imported(route)
    }
  }

  #endOfRib(): void {
    if (this.recovering) this.daemon.recovery.unlock(this.name)
    if (this.#helper.active) this.#helper.end()
  }

  #receiveNotification(link: Link, m: BgpMessage & { bgp: 'NOTIFICATION' }): void {
    const name = errorName(m.code, m.subcode)
    this.daemon.log(`${this.name}: Received: ${name}${m.data === undefined ? '' : `: ${m.data}`}`)
    this.#blame('Received: ', name, link)
    this.#close(link)
    if (m.code === 6) return
    this.#errorWait.failed(this.bgp)
    this.#stop(0)
  }

  #lost(link: Link, error: string | undefined): void {
    this.#blame('Socket: ', error ?? 'Connection closed', link)
    if (link.state === 'Established' && this.#neighbourCanRestart) this.#helpRestart()
    this.#idle(link)
  }

  /** `bgp_handle_graceful_restart`: keep what it announced, for as long as it asked. */
  #helpRestart(): void {
    this.notify('start')
    this.#helper.begin(this.#current?.peer?.gracefulRestart?.seconds ?? 120)
  }

  /** We complain: NOTIFICATION, close, and wait before the next attempt unless it was a Cease. */
  #error(link: Link, code: number, subcode: number, data?: string): void {
    if (link.state === 'Close' || link.state === 'Idle') return
    const name = errorName(code, subcode)
    if (code !== 6) this.daemon.log(`${this.name}: Error: ${name}${data === undefined ? '' : `: ${data}`}`)
    this.#blame('BGP Error: ', name, link)
    link.send({ bgp: 'NOTIFICATION', code, subcode, ...(data === undefined ? {} : { data }) })
    this.#close(link)
    if (code === 6) return
    this.#errorWait.failed(this.bgp)
    this.#stop(0)
  }

  /** After a NOTIFICATION, sent or received: BIRD decides how to go on only once the connection is closed. */
  #close(link: Link): void {
    const was = link.state
    link.release()
    link.state = 'Idle'
    if (was === 'Established') this.#leftEstablished()
    this.daemon.soon(() => this.#decide())
  }

  /** `bgp_conn_enter_idle_state` */
  #idle(link: Link): void {
    const was = link.state
    link.release()
    link.state = 'Idle'
    this.daemon.soon(() => this.#decide())
    if (was === 'Established') this.#leftEstablished()
  }

  #leftEstablished(): void {
    this.#current = undefined
    if (this.state === 'up') this.#stop(0)
  }

  #stop(subcode: number): void {
    if (this.state === 'down') return
    this.notify('stop')
    this.#helper.forget()
    this.#errorWait.stop()
    for (const link of [this.#out, this.#in]) {
      if (rank(link.state) >= rank('OpenSent')) this.#error(link, 6, subcode)
      else if (link.state !== 'Idle') this.#idle(link)
    }
    this.daemon.soon(() => this.#decide())
  }

  #decide(): void {
    const idle = this.#out.state === 'Idle'
    if (this.state === 'start' && idle && this.#in.state !== 'OpenConfirm' && !this.bgp.passive)
      if (this.#phase === 'connect') this.#active()
    if (this.state === 'stop' && idle && this.#in.state === 'Idle') {
      this.daemon.sign(this.neighbour, undefined)
      this.notify('down')
    }
  }

  /** While up, only the session's own connection counts; while stopping, what made it stop. */
  #blame(kind: LastError['class'], text: string, link: Link | undefined): void {
    if (this.state === 'up' && link && link !== this.#current) return
    if (this.state === 'stop') return
    this.#lastError = { class: kind, text }
  }
}
