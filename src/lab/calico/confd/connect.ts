import type { KubeClient } from '#lab/api/client.ts'
import { type Datastore, kubeDatastore } from '#lab/calico/datastore.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { TyphaClient } from '#lab/calico/typha/client.ts'
import { DiscoveryError } from '#lab/calico/typha/discovery.ts'
import { typhaSettings } from '#lab/calico/typha/settings.ts'
import type { Process } from '#lab/host/ports.ts'

/**
 * By Typha where one is configured, which confd cannot do without: it ends when it finds none, and when it loses it
 * (typha/pkg/syncclientutils/startsyncerclient.go).
 */
export async function connectDatastore(
  p: Process,
  { kube, log, onLost }: { readonly kube: KubeClient; readonly log: Log; onLost(): void },
): Promise<Datastore | undefined> {
  const settings = typhaSettings(p.env, ['CONFD', 'FELIX', 'CALICO'])
  if (!settings) return kubeDatastore(p, kube, log)
  const lost = (): void => {
    log.fatal('startsyncerclient.go 99', 'Connection to Typha failed')
    onLost()
  }
  const hello = {
    hostname: p.env.NODENAME ?? p.hostname,
    version: releaseOf(p.version).name,
    info: `confd ${releaseOf(p.version).name}`,
    syncerType: 'bgp',
  } as const
  const client = new TyphaClient(p, { kube, log, settings, hello, onLost: lost })
  try {
    const found = await client.discover()
    const shown = found.map(({ address, port }) => `${address}:${port}`).join(' ')
    log.info('startsyncerclient.go 69', 'Connecting to Typha.', { addr: raw(`[${shown}]`) })
  } catch (error) {
    if (!(error instanceof DiscoveryError)) throw error
    const text = raw(error.message)
    log.fatal('startsyncerclient.go 51', 'Typha discovery enabled but discovery failed.', { error: text })
    return undefined
  }
  const error = await client.start()
  if (error === undefined) return client
  log.fatal('startsyncerclient.go 95', 'Failed to connect to Typha', { error: raw(error) })
  return undefined
}
