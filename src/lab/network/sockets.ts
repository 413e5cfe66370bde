import { Errno } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { type Ipv4, ipv4, ipv4Text } from '#lab/network/address.ts'
import { Dial } from '#lab/network/dial.ts'
import type { Endpoint } from '#lab/network/endpoint.ts'
import type { Connection, KeepAlive, Listener, Net, SocketHolder } from '#lab/network/ports.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** Who holds sockets and closes them at its end: a process. */
export interface Owner {
  readonly holder?: SocketHolder
  own(socket: { close(): void }): void
  disown(socket: { close(): void }): void
}

export interface ListenerState extends Listener {
  readonly address: Ipv4 // 0 for all
  readonly owner: Owner | undefined
  readonly certificate: string | undefined
  readonly keepAlive: KeepAlive | undefined
  accept(c: Connection): void
  /** The MD5 key that a connection from there must carry; undefined: it must carry none. */
  keyFor(address: Ipv4): string | undefined
}

/** The TCP sockets of one namespace. */
export class Sockets {
  /** As the kernel's events of its connections are called. */
  readonly eventName: string
  readonly #stack: SimStack
  readonly #listeners: ListenerState[] = []
  readonly #endpoints = new Set<Endpoint>()
  #nextPort: number

  constructor(stack: SimStack) {
    this.#stack = stack
    this.eventName = `${stack.name} tcp`
    this.#nextPort = stack.random.between(firstEphemeral, lastEphemeral)
  }

  async connect(
    by: Task,
    to: { readonly address: string; readonly port: number },
    o: Parameters<Net['connect']>[2] = {},
    owner?: Owner,
  ): Promise<Connection> {
    const local = this.#source(ipv4(to.address), o.from === undefined ? undefined : ipv4(o.from))
    const dial = new Dial(this.#stack, {
      local: { ip: local, port: this.#ephemeralPort() },
      remote: { ip: ipv4(to.address), port: to.port },
      timeoutMs: o.timeoutMs ?? synTimeoutMs,
      md5Key: o.md5Key,
      onFailure: o.onFailure,
      keepAlive: o.keepAlive,
      owner,
    })
    return by.wait<Connection>((wake, fail) => dial.start(wake, fail))
  }

  /** Throws EADDRINUSE, EADDRNOTAVAIL. */
  listen(
    at: {
      readonly address?: string
      readonly port: number
      readonly certificate?: string
      readonly keepAlive?: KeepAlive
    },
    accept: (c: Connection) => void,
    owner?: Owner,
  ): Listener {
    const address = at.address === undefined || at.address === '0.0.0.0' ? 0 : ipv4(at.address)
    if (address !== 0 && !this.#stack.isLocal(address)) throw new Errno('EADDRNOTAVAIL')
    const taken = this.#listeners.some(
      (other) =>
        other.port === at.port && (other.address === 0 || address === 0 || other.address === address),
    )
    if (taken) throw new Errno('EADDRINUSE')
    let keys: Map<Ipv4, string> | undefined
    const listener: ListenerState = {
      address,
      port: at.port,
      owner,
      certificate: at.certificate,
      keepAlive: at.keepAlive,
      accept,
      keyFor: (remote) => keys?.get(remote),
      sign: (remote, key) => {
        if (key === undefined) keys?.delete(ipv4(remote))
        else {
          keys ??= new Map()
          keys.set(ipv4(remote), key)
        }
      },
      close: () => {
        const index = this.#listeners.indexOf(listener)
        if (index >= 0) this.#listeners.splice(index, 1)
        owner?.disown(listener)
        this.#stack.fabric.kernel.moved()
      },
    }
    this.#listeners.push(listener)
    this.#stack.fabric.kernel.moved()
    owner?.own(listener)
    return listener
  }

  listenerFor(address: Ipv4, port: number): ListenerState | undefined {
    return this.#listeners.find((l) => l.port === port && (l.address === 0 || l.address === address))
  }

  listening(): ReturnType<Net['listeners']> {
    return this.#listeners.map(({ address, port, owner }) => ({
      address: ipv4Text(address),
      port,
      ...(owner?.holder === undefined ? {} : { holder: owner.holder }),
    }))
  }

  connections(): ReturnType<Net['connections']> {
    return [...this.#endpoints].map((endpoint) => ({
      local: `${endpoint.local.address}:${endpoint.local.port}`,
      remote: `${endpoint.remote.address}:${endpoint.remote.port}`,
      state: endpoint.state,
      ...(endpoint.holder === undefined ? {} : { holder: endpoint.holder }),
    }))
  }

  endpoints(): Iterable<Endpoint> {
    return this.#endpoints
  }

  /** How many connections there are. */
  get size(): number {
    return this.#endpoints.size
  }

  add(endpoint: Endpoint): void {
    this.#endpoints.add(endpoint)
  }

  remove(endpoint: Endpoint): void {
    this.#endpoints.delete(endpoint)
  }

  /** Everything goes at once; `silent`: without a word to the other ends. */
  closeAll({ silent }: { readonly silent: boolean }): void {
    for (const endpoint of [...this.#endpoints]) endpoint.vanish({ silent })
    for (const listener of [...this.#listeners]) listener.close()
  }

  /** Throws EADDRNOTAVAIL for a foreign `from`; without a route the walk refuses later. */
  #source(to: Ipv4, from: Ipv4 | undefined): Ipv4 {
    if (from !== undefined) {
      if (!this.#stack.isLocal(from)) throw new Errno('EADDRNOTAVAIL')
      return from
    }
    return sourceTowards(this.#stack, to) ?? 0
  }

  #ephemeralPort(): number {
    for (let tried = 0; tried <= lastEphemeral - firstEphemeral; tried++) {
      const port = this.#nextPort
      this.#nextPort = port === lastEphemeral ? firstEphemeral : port + 1
      if (!this.#listeners.some((listener) => listener.port === port)) return port
    }
    throw new Errno('EADDRNOTAVAIL')
  }
}

/** The address that a new conversation with `to` is sent from. */
export function sourceTowards(stack: SimStack, to: Ipv4): Ipv4 | undefined {
  const way = stack.route(to)
  if (way.kind === 'local') return to
  if (way.kind !== 'link') return stack.sourceFor(undefined)
  return way.source ?? stack.sourceFor(way.link.name)
}

// net.ipv4.ip_local_port_range
const firstEphemeral = 32768
const lastEphemeral = 60999

/** Six SYN retries (net.ipv4.tcp_syn_retries) and the wait after the last. */
const synTimeoutMs = 130_000
