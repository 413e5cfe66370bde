import type { Config, ProtocolConfig, StaticRoute } from '#lab/calico/bird/config/model.ts'
import { matches, showPrefix, toPrefix } from '#lab/calico/bird/prefix.ts'
import { equalConfig } from '#lab/calico/bird/protocols/equal.ts'
import { Protocol } from '#lab/calico/bird/protocols/protocol.ts'
import type { Destination } from '#lab/calico/bird/route.ts'

/** Watches interfaces. It brings no routes; the others look at what it saw. */
export class DeviceProtocol extends Protocol {
  protected start(): 'up' {
    return 'up'
  }
  protected shutdown(): 'down' {
    return 'down'
  }
  protected adopt(): boolean {
    return true
  }
}

/** A device route for the network of every address on the interfaces it names. */
export class DirectProtocol extends Protocol {
  /** What it brought last, and under which configuration. */
  #brought: Brought | undefined

  protected start(): 'up' {
    this.#brought = undefined
    this.daemon.soon(() => this.scan())
    return 'up'
  }
  protected shutdown(): 'down' {
    return 'down'
  }
  protected adopt(config: ProtocolConfig): boolean {
    return equalConfig(config, this.config, ['interfaces'])
  }

  /** Compares the table with what the machine's interfaces say now. */
  scan(): void {
    if (this.state !== 'up') return
    const wanted = this.#networks()
    if (this.#isBrought(wanted)) return
    this.#brought = { config: this.config, of: this.daemon.config, wanted }
    for (const { net } of this.daemon.table.of(this.name))
      if (!wanted.has(net)) this.daemon.table.set(this.name, net, undefined)
    for (const [net, device] of wanted)
      this.imported({
        net,
        source: 'RTS_DEVICE',
        protocol: this.name,
        preference: 240,
        to: { kind: 'device', device },
        changedMs: this.daemon.process.now(),
      })
  }

  /** Whether the table has them already, as this configuration lets them in: pods' interfaces come and go without a network. */
  #isBrought(wanted: Brought['wanted']): boolean {
    const last = this.#brought
    if (last?.config !== this.config || last.of !== this.daemon.config) return false
    if (last.wanted.size !== wanted.size) return false
    for (const [net, device] of wanted) if (last.wanted.get(net) !== device) return false
    return true
  }

  #networks(): ReadonlyMap<string, string> {
    const { net } = this.daemon.process
    const links = net.links()
    const isUp = (name: string): boolean =>
      links.some((link) => link.name === name && link.up && link.kind !== 'loopback')
    const found = new Map<string, string>()
    for (const { link, address, prefixLength } of net.addresses())
      if (isUp(link) && this.#covers(link))
        found.set(showPrefix(toPrefix(`${address}/${prefixLength}`)), link)
    return found
  }

  /** The first pattern that fits decides. */
  #covers(link: string): boolean {
    if (this.config.interfaces.length === 0) return true
    const first = this.config.interfaces.find((pattern) => matches(pattern.replace(/^-/, ''), link))
    return first !== undefined && !first.startsWith('-')
  }
}

interface Brought {
  readonly config: ProtocolConfig
  /** The whole one, with the filters. */
  readonly of: Config
  /** Devices by network. */
  readonly wanted: ReadonlyMap<string, string>
}

/** The routes written in the file. */
export class StaticProtocol extends Protocol {
  protected start(): 'up' {
    this.daemon.soon(() => this.refresh())
    return 'up'
  }
  protected shutdown(): 'down' {
    return 'down'
  }
  protected adopt(): boolean {
    this.daemon.soon(() => this.refresh())
    return true
  }

  refresh(): void {
    if (this.state !== 'up') return
    const { table } = this.daemon
    const wanted = new Map(this.config.routes.map((route) => [showPrefix(toPrefix(route.prefix)), route]))
    for (const { net } of table.of(this.name)) if (!wanted.has(net)) table.set(this.name, net, undefined)
    for (const [net, route] of wanted)
      this.imported({
        net,
        source: 'RTS_STATIC',
        protocol: this.name,
        preference: 200,
        to: this.#destination(route),
        changedMs: this.daemon.process.now(),
      })
  }

  #destination({ to }: StaticRoute): Destination {
    if (to.kind === 'via') return this.daemon.table.resolve(to.gateway)
    return to.kind === 'device' ? { kind: 'device', device: to.device } : { kind: to.kind }
  }
}
