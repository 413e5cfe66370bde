import { type Fields, type Log, raw } from '#lab/calico/log.ts'
import { releaseOf } from '#lab/calico/release.ts'
import type { TyphaCache } from '#lab/calico/typha/cache.ts'
import { type Identity, shakeAsServer } from '#lab/calico/typha/mutual-tls.ts'
import { readTypha, type TyphaMessage, writeTypha } from '#lab/calico/typha/protocol.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { Beat, Connection } from '#lab/network/ports.ts'

const handshakeMs = 10_000
const pingMs = 10_000
const pongMs = 60_000

interface ConnectionOptions {
  readonly id: number
  readonly cache: TyphaCache
  readonly identity: Identity | undefined
  readonly log: Log
  onEnd(): void
}

/**
 * One client of Typha (projectcalico/calico:typha/pkg/syncserver/sync_server.go): hello, snapshots, changes, a ping every ten
 * seconds. Not imitated: batching, clients that fall behind.
 */
export class ClientConnection implements Beat {
  readonly payload = writeTypha({ typha: 'ping' })
  readonly #self: Process
  readonly #connection: Connection
  readonly #o: ConnectionOptions
  readonly #fields: Fields
  readonly #stops: (() => void)[] = []
  #cancelPing: (() => void) | undefined
  #lastPongMs: number

  constructor(self: Process, connection: Connection, o: ConnectionOptions) {
    this.#self = self
    this.#connection = connection
    this.#o = o
    const { address, port } = connection.remote
    this.#fields = { client: raw(`${address}:${port}`), connID: o.id }
    this.#lastPongMs = self.monotonic()
  }

  async run(): Promise<void> {
    const { log, onEnd } = this.#o
    log.info('sync_server.go 424', `Accepted from ${this.#remote}`)
    log.info('sync_server.go 433', 'New connection', { connID: this.#o.id })
    try {
      if (await this.#admitted()) await this.#serve()
    } catch (error) {
      if (!isErrno(error)) throw error
      this.#failed(`read: ${error.message.toLowerCase()}`)
    }
    log.info('sync_server.go 708', 'Client connection shutting down.', this.#fields)
    this.end()
    onEnd()
  }

  close(reason: string): void {
    this.#o.log.info('sync_server.go 631', `Closing connection; reason: ${reason}.`, { connID: this.#o.id })
    this.end()
  }

  end(): void {
    for (const stop of this.#stops.splice(0)) stop()
    this.#connection.close()
    this.#cancelPing?.()
  }

  get #remote(): string {
    const { address, port } = this.#connection.remote
    return `${address}:${port}`
  }

  async #admitted(): Promise<boolean> {
    const { identity } = this.#o
    if (!identity) return true
    const trouble = await shakeAsServer(this.#self, this.#connection, { identity, timeoutMs: handshakeMs })
    if (trouble === undefined) return true
    this.#failed(trouble)
    return false
  }

  async #serve(): Promise<void> {
    const { log } = this.#o
    const hello = await this.#hello()
    if (hello?.typha !== 'client-hello') return
    log.info('sync_server.go 908', 'Received Hello message from client.', {
      ...this.#fields,
      msg: raw(`{Hostname:${hello.hostname} Info:${hello.info} SyncerType:${hello.syncerType}}`),
    })
    const { syncerType } = hello
    this.#send({
      typha: 'server-hello',
      version: releaseOf(this.#self.version).name,
      syncerType,
      connection: this.#o.id,
    })
    this.sayIn(pingMs)
    for (;;) {
      const payload = await this.#connection.receive(this.#self.task)
      if (payload === undefined || payload === 'closed') {
        log.info('sync_server.go 855', 'Client closed the connection.', this.#fields)
        return
      }
      this.#take(readTypha(payload))
    }
  }

  async #hello(): Promise<TyphaMessage | undefined> {
    const payload = await this.#connection.receive(this.#self.task, { timeoutMs: handshakeMs })
    const message = typeof payload === 'object' ? readTypha(payload) : undefined
    if (message?.typha === 'client-hello') return message
    const error = payload === undefined ? 'timed out waiting for message from client' : 'EOF'
    this.#o.log.warn('sync_server.go 900', 'Failed to read client hello.', {
      ...this.#fields,
      error: raw(error),
    })
    return undefined
  }

  #take(message: TyphaMessage | undefined): void {
    if (message?.typha === 'pong') this.#lastPongMs = this.#self.monotonic()
    if (message?.typha !== 'watch') return
    const { topic, query } = message
    const stop = this.#o.cache.subscribe(query, (updates, { snapshot }) => {
      this.#send({ typha: 'kvs', topic, updates, snapshot })
      if (snapshot && this.#o.cache.synced) this.#send({ typha: 'status', status: 'in-sync' })
    })
    this.#stops.push(stop)
  }

  pauseMs(): number {
    return pingMs
  }

  sayIn(ms: number, sinceAnswerMs?: number): void {
    const nowMs = this.#self.monotonic()
    if (sinceAnswerMs !== undefined) this.#lastPongMs = nowMs - sinceAnswerMs
    this.#cancelPing = this.#self.task.after(ms, () => this.#ping())
  }

  /** Pings rest while nothing moves that they meet: see {@link Connection.beats}. */
  #ping(): void {
    const since = this.#self.monotonic() - this.#lastPongMs
    if (since > pongMs) {
      const says = 'Too long since last pong from client, disconnecting'
      this.#o.log.info('sync_server.go 830', says, {
        ...this.#fields,
        pongTimeout: raw('1m0s'),
        timeSinceLastPong: raw(`${since / 1000}s`),
      })
      this.#connection.abort()
    } else if (this.#connection.beats?.rest(this) !== true) {
      this.#connection.send(this.payload)
      this.sayIn(pingMs)
    }
  }

  #send(message: TyphaMessage): void {
    this.#connection.send(writeTypha(message))
  }

  #failed(error: string): void {
    const says = 'Failed to read from client'
    this.#o.log.info('sync_server.go 857', says, { ...this.#fields, error: raw(error), thread: 'read' })
  }
}
