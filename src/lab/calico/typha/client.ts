import type { KubeClient } from '#lab/api/client.ts'
import type { Informer, InformerOptions } from '#lab/api/informer.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import type { ListQuery } from '#lab/api/ports.ts'
import type { Datastore } from '#lab/calico/datastore.ts'
import { type Fields, type Log, raw } from '#lab/calico/log.ts'
import { DiscoveryError, discoverTyphas, type TyphaAddress } from '#lab/calico/typha/discovery.ts'
import { FedInformer } from '#lab/calico/typha/fed-informer.ts'
import { readIdentity, shakeAsClient, TlsFileError } from '#lab/calico/typha/mutual-tls.ts'
import {
  type ClientHello,
  readTypha,
  type SyncStatus,
  type TyphaMessage,
  writeTypha,
} from '#lab/calico/typha/protocol.ts'
import type { TyphaSettings } from '#lab/calico/typha/settings.ts'
import { type Errno, isErrno, type Process } from '#lab/host/ports.ts'
import type { BeatListener, Connection, Payload } from '#lab/network/ports.ts'
import { TlsFailure } from '#lab/network/tls.ts'

const dialMs = 10_000
const readMs = 30_000
const pauseMs = 100

export interface TyphaClientOptions {
  readonly kube: KubeClient
  readonly log: Log
  readonly settings: TyphaSettings
  readonly hello: ClientHello
  /** The connection is gone for good; this version of the client does not make another one. */
  onLost(): void
}

/**
 * A client of Typha (projectcalico/calico:typha/pkg/syncclient/sync_client.go, v3.29): tries each Typha that it finds, says hello,
 * takes a snapshot and what changes after it. Not imitated: compression, restarting a connection (3.31).
 */
export class TyphaClient implements Datastore {
  readonly #p: Process
  readonly #o: TyphaClientOptions
  readonly #topics: { readonly query: ListQuery; readonly informer: FedInformer<KubeObject> }[] = []
  #known: readonly TyphaAddress[] = []
  #connection: Connection | undefined
  #status: SyncStatus | undefined

  constructor(p: Process, o: TyphaClientOptions) {
    this.#p = p
    this.#o = o
  }

  /** Finds Typhas for the first time. Rejects with {@link DiscoveryError}. */
  async discover(): Promise<readonly TyphaAddress[]> {
    const { kube, log, settings, hello } = this.#o
    this.#known = await discoverTyphas(this.#p, { kube, log, settings, nodeName: hello.hostname })
    return this.#known
  }

  watch<T extends KubeObject>(query: ListQuery, o: InformerOptions<T> = {}): Informer<T> {
    const informer = new FedInformer<T>(o)
    // Fed only with what answers its own query, which is of that kind.
    this.#topics.push({ query, informer: informer as unknown as FedInformer<KubeObject> })
    this.#ask(this.#topics.length - 1)
    return informer
  }

  /** Connects, and follows until the connection is lost. Answers why it could not, in Go's words. */
  async start(): Promise<string | undefined> {
    const { log } = this.#o
    log.info('sync_client.go 276', 'Starting Typha client...', this.#context())
    const triesMax = 2 * Math.max(3, this.#known.length)
    const tried = new Set<string>()
    for (let tries = 0; tries < triesMax; tries++) {
      const next = await this.#next(tried)
      if (typeof next === 'string') return `failed to load next Typha address to try: ${next}`
      const error = await this.#connect(next)
      if (error === undefined) return undefined
      await this.#p.sleep(pauseMs)
    }
    return `failed to connect to Typha after ${triesMax} tries`
  }

  /** An address that has not been tried; asked for again after the first failure. */
  async #next(tried: Set<string>): Promise<TyphaAddress | string> {
    if (tried.size > 0 || this.#known.length === 0) {
      try {
        await this.discover()
      } catch (error) {
        if (!(error instanceof DiscoveryError)) throw error
        return `failed to reload list Typha addresses: ${error.message}`
      }
    }
    const next = this.#known.find((each) => !tried.has(each.address))
    if (!next) return 'tried all available discovered addresses'
    tried.add(next.address)
    return next
  }

  async #connect({ address, port }: TyphaAddress): Promise<string | undefined> {
    const { log } = this.#o
    const endpoint = `${address}:${port}`
    const context = this.#context()
    log.info('sync_client.go 291', `Connecting to typha endpoint ${endpoint}.`, context)
    try {
      const connection = await this.#dial({ address, port })
      log.info('sync_client.go 428', 'Connected to Typha.', { ...context, address: raw(shown(endpoint)) })
      log.info('sync_client.go 303', `Successfully connected to Typha at ${endpoint}.`, context)
      this.#follow(connection, endpoint)
      return undefined
    } catch (error) {
      const text = connectError(error, endpoint)
      const says = `Failed to connect to typha endpoint ${endpoint}.  Will try another if available...`
      log.warn('sync_client.go 295', says, { ...context, error: raw(text) })
      return text
    }
  }

  async #dial(to: TyphaAddress): Promise<Connection> {
    const { settings, log } = this.#o
    log.info('sync_client.go 356', 'Starting Typha client')
    log.info('sync_client.go 84', '', { requiringTLS: settings.tls !== undefined })
    const identity = settings.tls && (await this.#identity(settings.tls))
    const connection = await this.#p.net.connect(this.#p.task, to, { timeoutMs: dialMs })
    if (!identity) return connection
    try {
      await shakeAsClient(this.#p, connection, { identity, timeoutMs: dialMs })
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }

  async #identity(tls: NonNullable<TyphaSettings['tls']>) {
    try {
      return await readIdentity(this.#p, tls)
    } catch (error) {
      if (error instanceof TlsFileError)
        this.#o.log.error('sync_client.go 367', error.says, { error: raw(error.message) })
      throw error
    }
  }

  #follow(connection: Connection, endpoint: string): void {
    this.#connection = connection
    this.#send({ typha: 'client-hello', ...this.#o.hello })
    for (const topic of this.#topics.keys()) this.#ask(topic)
    this.#p.thread('typha client', async () => this.#read(connection, endpoint))
  }

  #ask(topic: number): void {
    const query = this.#topics[topic]?.query
    if (query) this.#send({ typha: 'watch', topic, query })
  }

  #send(message: TyphaMessage): void {
    this.#connection?.send(writeTypha(message))
  }

  /** Takes what arrives, without a task that waits for it, until the server is silent for too long or the connection is lost. */
  #read(connection: Connection, endpoint: string): void {
    const { task } = this.#p
    const context = { ...this.#context(), connection: raw(shown(endpoint)) }
    this.#o.log.info('sync_client.go 480', 'Started Typha client main loop', context)
    const patience = new Patience(this.#p, () => lost(`${wayOf(connection)}: i/o timeout`))
    const lost = (error: string): void => {
      if (this.#connection !== connection || !task.alive) return
      this.#lost(error, connection, context)
      patience.end()
    }
    connection.beats?.listen(patience)
    patience.heard()
    connection.follow({
      payload: (payload) => {
        const message = messageOf(payload)
        if (typeof message === 'string') return lost(message)
        patience.heard()
        try {
          this.#take(message, context)
        } catch (error) {
          // As if a thread of the program had run into it.
          this.#p.thread('typha client', () => Promise.reject(error))
        }
      },
      // Whoever ends with its connections says nothing of them.
      end: (why) =>
        task.after(0, () =>
          lost(why === 'closed' ? 'EOF' : `${wayOf(connection)}: read: ${why.message.toLowerCase()}`),
        ),
    })
  }

  #lost(error: string, connection: Connection, context: Fields): void {
    const { log, onLost } = this.#o
    log.error('sync_client.go 470', 'Failed to read from server', { ...context, error: raw(error) })
    this.#connection = undefined
    connection.close()
    log.info('sync_client.go 321', 'Typha client Context asked us to exit, closing connection...', context)
    onLost()
  }

  #take(message: TyphaMessage, context: Fields): void {
    const { log } = this.#o
    switch (message.typha) {
      case 'server-hello':
        log.info('sync_client.go 536', 'ServerHello message received', {
          ...context,
          serverConnID: message.connection,
        })
        return
      case 'kvs':
        this.#topics[message.topic]?.informer.feed(message.updates, message)
        return
      case 'status':
        if (this.#status === message.status) return
        this.#status = message.status
        log.info('sync_client.go 577', 'Status update from Typha.', {
          ...context,
          newStatus: raw(message.status),
        })
        return
      case 'ping':
        this.#connection?.send(pong)
        return
      default: // what only clients send
    }
  }

  #context(): Fields {
    return { myID: 1, type: raw(this.#o.hello.syncerType) }
  }
}

const shown = (endpoint: string): string =>
  `discovery.Typha{Addr:"${endpoint}", IP:"${endpoint.split(':')[0]}", NodeName:(*string)(nil)}`

const wayOf = ({ local, remote }: Connection): string =>
  `read tcp ${local.address}:${local.port}->${remote.address}:${remote.port}`

/** What has come, or Go's error. */
function messageOf(payload: Payload): TyphaMessage | string {
  if (typeof payload === 'object' && payload.tls === 'alert') return `remote error: tls: ${payload.text}`
  return readTypha(payload) ?? 'gob: unknown type id or corrupted data'
}

const pong = writeTypha({ typha: 'pong' })

/** How long a client waits for the server to say anything. While the server's pings rest, each has been heard and answered. */
class Patience implements BeatListener {
  readonly answer = pong
  readonly #p: Process
  readonly #over: () => void
  #heardMs = 0
  #cancel: () => void = () => {}

  constructor(p: Process, over: () => void) {
    this.#p = p
    this.#over = over
  }

  heard(agoMs = 0): void {
    this.#cancel()
    this.#heardMs = this.#p.monotonic() - agoMs
    this.#cancel = this.#p.task.after(readMs - agoMs, this.#over)
  }

  rest(): void {
    this.#cancel()
  }

  wake(sinceHeardMs: number | undefined): void {
    this.heard(sinceHeardMs ?? this.#p.monotonic() - this.#heardMs)
  }

  end(): void {
    this.#cancel()
  }
}

function connectError(error: unknown, endpoint: string): string {
  if (error instanceof TlsFailure || error instanceof TlsFileError) return error.message
  if (!isErrno(error)) throw error
  return `dial tcp ${endpoint}: ${dialText(error)}`
}

const dialText = (error: Errno): string =>
  error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`
