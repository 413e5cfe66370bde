import { inClusterKube } from '#lab/api/client.ts'
import { calicoLog, type Log, raw } from '#lab/calico/log.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { TyphaCache } from '#lab/calico/typha/cache.ts'
import { ClientConnection } from '#lab/calico/typha/connection.ts'
import { typhaMemory } from '#lab/calico/typha/memory.ts'
import { type Identity, readIdentity, TlsFileError } from '#lab/calico/typha/mutual-tls.ts'
import { typhaPort } from '#lab/calico/typha/protocol.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { serveHttp } from '#lab/network/http.ts'
import type { Connection, Listener } from '#lab/network/ports.ts'

/** Go's exit code for a panic. */
class Panic extends Error {}

/**
 * `calico-typha` (projectcalico/calico:typha/pkg/daemon/daemon.go): one reader of the API server for many Felixes and confds.
 * Not imitated: moving connections between Typhas (never more than 400 for one in a lab), metrics.
 */
export const typha: Program = async (p) => {
  const log = calicoLog(p, 'typha')
  log.info('daemon.go 170', 'Typha starting up', { version: raw(releaseOf(p.version).name) })
  log.info('daemon.go 186', 'Loading configuration...')
  log.info('daemon.go 248', 'Successfully loaded configuration.')
  log.info('daemon.go 312', 'Initializing the datastore (if needed).')
  log.info('daemon.go 322', 'Datastore initialized.')
  try {
    return await new Typha(p, log).run()
  } catch (error) {
    if (!(error instanceof Panic)) throw error
    p.stderr.write(`panic: (*logrus.Entry) ${error.message}\n\ngoroutine 1 [running]:\n`)
    return 2
  }
}

class Typha {
  readonly #p: Process
  readonly #log: Log
  readonly #cache: TyphaCache
  readonly #clients = new Set<ClientConnection>()
  #next = 1
  #listening = false
  #synced = false

  constructor(p: Process, log: Log) {
    this.#p = p
    this.#log = log
    this.#cache = new TyphaCache(p, inClusterKube(p), () => this.#inSync())
  }

  async run(): Promise<number> {
    await this.#serveHealth()
    const identity = await this.#identity()
    this.#log.info('daemon.go 411', 'Starting the datastore Syncer/cache layer')
    this.#cache.start()
    const listener = await this.#listen(identity)
    this.#log.info('daemon.go 424', 'Started the datastore Syncer/cache layer/server.')
    await this.#terminated()
    this.#log.warn('daemon.go 477', 'Received SIGTERM, shutting down')
    await this.#shutDown(listener)
    this.#log.fatal('daemon.go 486', 'Server has shut down.')
    return 1
  }

  async #identity(): Promise<Identity | undefined> {
    const { env } = this.#p
    const files = {
      caFile: env.TYPHA_CAFILE ?? '',
      certFile: env.TYPHA_SERVERCERTFILE ?? '',
      keyFile: env.TYPHA_SERVERKEYFILE ?? '',
      requiredName: env.TYPHA_CLIENTCN ?? '',
    }
    if (files.certFile === '') return undefined
    try {
      return await readIdentity(this.#p, files)
    } catch (error) {
      if (!(error instanceof TlsFileError)) throw error
      this.#log.panic('sync_server.go 349', error.says, { error: raw(error.message) })
      throw new Panic(error.says)
    }
  }

  async #listen(identity: Identity | undefined): Promise<Listener> {
    const port = Number(this.#p.env.TYPHA_SERVERPORT ?? typhaPort)
    const at = { port }
    this.#log.info(
      identity ? 'sync_server.go 343' : 'sync_server.go 376',
      identity ? 'Opening TLS listen socket' : 'Opening listen socket',
      at,
    )
    try {
      const listener = await this.#p.net.listen(at, (connection) => this.#accept(connection, identity))
      this.#listening = true
      this.#log.info('sync_server.go 382', 'Opened listen socket', at)
      return listener
    } catch (error) {
      if (!isErrno(error)) throw error
      const text = `listen tcp 0.0.0.0:${port}: bind: ${error.message.toLowerCase()}`
      this.#log.panic('sync_server.go 380', 'Failed to open listen socket', { ...at, error: raw(text) })
      throw new Panic('Failed to open listen socket')
    }
  }

  #accept(connection: Connection, identity: Identity | undefined): void {
    const id = this.#next++
    this.#p.thread(`client ${id}`, async (self) => {
      const o = { id, cache: this.#cache, identity, log: this.#log }
      const client = new ClientConnection(self, connection, {
        ...o,
        onEnd: () => {
          this.#clients.delete(client)
          this.#weigh()
        },
      })
      this.#clients.add(client)
      this.#weigh()
      await client.run()
    })
  }

  #inSync(): void {
    this.#weigh()
    if (!this.#cache.synced || this.#synced) return
    this.#synced = true
    this.#log.info('snapcache.go 209', 'Status update from syncer', { status: raw('in-sync') })
  }

  /** With each client that comes or goes, and each kind of object that it has come to know. */
  #weigh(): void {
    this.#p.useMemory(typhaMemory({ objects: this.#cache.size, clients: this.#clients.size }))
  }

  async #serveHealth(): Promise<void> {
    const { env } = this.#p
    if (env.TYPHA_HEALTHENABLED !== 'true') return
    const port = Number(env.TYPHA_HEALTHPORT ?? 9098)
    this.#log.info('daemon.go 442', 'Health enabled.  Starting server.', { host: 'localhost', port })
    try {
      await serveHttp(this.#p, { port, address: '127.0.0.1' }, ({ path }) => {
        if (path === '/liveness') return { status: 200, body: '', vouched: true }
        if (path !== '/readiness') return { status: 404, body: '404 page not found\n' }
        const vouched = this.#listening && this.#cache.synced // which it stays
        return { status: vouched ? 200 : 503, body: '', vouched }
      })
    } catch (error) {
      if (!isErrno(error)) throw error
      const text = `listen tcp 127.0.0.1:${port}: bind: ${error.message.toLowerCase()}`
      this.#log.error('health.go 392', 'Health endpoint failed, trying to restart it...', {
        error: raw(text),
      })
    }
  }

  #terminated(): Promise<void> {
    return this.#p.task.wait<void>((wake) => {
      this.#p.onSignal('SIGTERM', () => wake())
      return undefined
    })
  }

  /** Lets its clients go one after another, so that they do not all fall upon one other Typha. */
  async #shutDown(listener: Listener): Promise<void> {
    listener.close()
    this.#log.info('sync_server.go 651', 'Starting graceful shutdown...')
    const count = this.#clients.size
    if (count === 0) {
      this.#log.info('sync_server.go 570', 'No active connections; shutting down immediately.')
      return
    }
    const timeoutMs = 1000 * Number(this.#p.env.TYPHA_SHUTDOWNTIMEOUTSECS ?? 300)
    const intervalMs = Math.min(1000, Math.floor((timeoutMs * 0.95) / count))
    for (const client of [...this.#clients]) {
      client.close('graceful shut down')
      this.#clients.delete(client)
      await this.#p.sleep(intervalMs)
    }
    this.#log.info('sync_server.go 598', 'Finished closing connections, completing shut down...')
  }
}
