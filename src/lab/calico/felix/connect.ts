import type { KubeClient } from '#lab/api/client.ts'
import { type Datastore, kubeDatastore } from '#lab/calico/datastore.ts'
import type { FelixHealth } from '#lab/calico/felix/health-server.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { TyphaClient } from '#lab/calico/typha/client.ts'
import { DiscoveryError } from '#lab/calico/typha/discovery.ts'
import { typhaSettings } from '#lab/calico/typha/settings.ts'
import type { Process } from '#lab/host/ports.ts'

const patienceMs = 30_000
const retryMs = 1_000

/**
 * Where Felix hears of the cluster (projectcalico/calico:felix/daemon/daemon.go): Typha where one is configured, else the API
 * server. Undefined when Typha could not be reached for half a minute: Felix ends, and runit starts it again. Not imitated:
 * taking WireGuard away as a last resort.
 */
export async function connectFelix(
  p: Process,
  o: {
    readonly kube: KubeClient
    readonly log: Log
    readonly health: FelixHealth
    readonly nodeName: string
    onLost(): void
  },
): Promise<Datastore | undefined> {
  const { kube, log, health } = o
  const settings = typhaSettings(p.env, ['FELIX'])
  if (!settings) {
    log.info('daemon.go 343', 'Typha not enabled.')
    log.info('daemon.go 516', 'Starting the datastore Syncer')
    return kubeDatastore(p, kube, log)
  }
  const info = `Revision: unknown; Build date: unknown`
  const hello = {
    hostname: o.nodeName,
    version: releaseOf(p.version).name,
    info,
    syncerType: 'felix',
  } as const
  const client = new TyphaClient(p, { kube, log, settings, hello, onLost: o.onLost })
  await discovered(p, client, log)
  log.info('daemon.go 487', 'Connecting to Typha.')
  const startedMs = p.now()
  for (let attempt = 1; ; attempt++) {
    if (attempt !== 1) log.info('daemon.go 522', 'Sleeping before Typha connection retry...')
    log.info('daemon.go 524', 'Starting the Typha connection...')
    const error = await client.start()
    if (error === undefined) {
      log.info('daemon.go 543', `Connected to Typha on attempt ${attempt}`)
      health.report('FelixStartup', { ready: true })
      return client
    }
    log.error('daemon.go 529', 'Failed to connect to Typha.', { error: raw(error) })
    health.report('FelixStartup', { ready: false })
    if (p.now() - startedMs <= patienceMs) continue
    log.fatal('daemon.go 538', 'Failed to connect to Typha, giving up after timeout', { error: raw(error) })
    return undefined
  }
}

/** Until the service has a ready endpoint; Felix loads its configuration again meanwhile, once a second. */
async function discovered(p: Process, client: TyphaClient, log: Log): Promise<void> {
  for (;;) {
    try {
      const found = await client.discover()
      const shown = found.map(({ address, port }) => `{Addr:${address}:${port}}`).join(' ')
      log.info('daemon.go 341', 'Discovered initial set of Typha instances.', {
        typhaAddrs: raw(`[${shown}]`),
      })
      return
    } catch (error) {
      if (!(error instanceof DiscoveryError)) throw error
      log.error('daemon.go 337', 'Typha discovery enabled but discovery failed.', {
        error: raw(error.message),
      })
      await p.sleep(retryMs)
    }
  }
}

/** How Felix ends when something that it cannot do without has failed: it waits, so that runit does not restart it at once. */
export async function shutDown(p: Process, log: Log, reason: string): Promise<number> {
  log.warn('daemon.go 768', 'Felix is shutting down', { reason })
  log.info('daemon.go 832', 'Sleeping to avoid tight restart loop.', { reason })
  await p.sleep(2_000)
  log.fatal('daemon.go 844', 'Exiting.', { reason })
  return 1
}
