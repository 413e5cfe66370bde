import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import type { ClusterInformation, FelixConfiguration } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { datastoreError } from '#lab/calico/errors.ts'
import { environmentConfig, felixConfig, fileConfig, resourceConfig } from '#lab/calico/felix/config.ts'
import { connectFelix, shutDown } from '#lab/calico/felix/connect.ts'
import { FelixHealth } from '#lab/calico/felix/health-server.ts'
import { FelixPanic, FelixRestart, goroutineTrace } from '#lab/calico/felix/panic.ts'
import { RunningFelix } from '#lab/calico/felix/running.ts'
import { calicoLog, type Log, raw } from '#lab/calico/log.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { Wakeup } from '#lab/calico/wakeup.ts'
import { readable } from '#lab/host/os/readable.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

const configFile = '/etc/calico/felix.cfg'

/**
 * `calico-node -felix` (projectcalico/calico:felix/daemon/daemon.go): pods of this node, policies, host endpoints and pools
 * become routes, chains, sets, devices and interface settings. Not imitated: WireGuard, BPF, the nftables
 * dataplane, endpoint status files (off by default before 3.30).
 */
export async function runFelix(p: Process): Promise<number> {
  const log = calicoLog(p, 'felix')
  try {
    return await felix(p, log)
  } catch (error) {
    if (error instanceof FelixPanic) goroutineTrace(p.stdout, error.message)
    if (error instanceof FelixPanic || error instanceof FelixRestart) return error.code
    throw error
  }
}

async function felix(p: Process, log: Log): Promise<number> {
  const health = new FelixHealth(() => p.moved())
  log.info('daemon.go 132', 'Felix starting up', { version: releaseOf(p.version).name })
  log.info('daemon.go 156', 'Loading configuration...')
  log.info('daemon.go 182', `Loading config file: ${configFile}`)
  const release = releaseOf(p.version)
  await health.serve(p, log, felixConfig(await localSources(p), release).config)
  log.info('daemon.go 214', 'Connecting to datastore', { datastore: 'kubernetes' })
  const kube = inClusterKube(p)
  log.info('daemon.go 221', 'Created datastore client')
  const sources = await loadConfiguration(p, kube, log, health)
  const { config, bad, raw: values } = felixConfig(sources, release)
  for (const { name, value, source } of bad)
    log.error('config_params.go 646', 'Replacing invalid value with default', {
      error: raw(`failed to parse config parameter ${name}; value ${JSON.stringify(value)}: invalid value`),
      source: raw(source),
    })
  health.ready('FelixStartup')
  await health.serve(p, log, config)
  log.info('driver.go 70', 'Using internal (linux) dataplane driver.')
  await enableForwarding(p, log)
  const wakeup = new Wakeup()
  let failed: string | undefined
  const onLost = (): void => {
    failed = 'Connection to Typha failed'
    wakeup.tell()
  }
  const datastore = await connectFelix(p, { kube, log, health, nodeName: nodeName(p), onLost })
  if (!datastore) return 1
  const ended = (): boolean => failed !== undefined
  await new RunningFelix(p, { datastore, log, health, config, values, wakeup, ended }).run()
  return shutDown(p, log, failed ?? '')
}

export type ConfigSources = readonly (readonly [name: string, raw: Readonly<Record<string, string>>])[]

/** ClusterInformation says whether the datastore may be used. While it may not, Felix waits and calls itself ready. */
async function loadConfiguration(
  p: Process,
  kube: KubeClient,
  log: Log,
  health: FelixHealth,
): Promise<ConfigSources> {
  for (;;) {
    try {
      const { spec } = await kube.get<ClusterInformation>({
        type: resources.clusterInformations,
        name: 'default',
      })
      log.info('daemon.go 973', 'Loaded ready flag', { ready: spec.datastoreReady === true })
      if (spec.datastoreReady) break
      health.ready('FelixStartup')
      log.warn('daemon.go 228', 'Waiting for datastore to be initialized (or migrated)')
    } catch (error) {
      reportUnreadable(log, health, error)
    }
    await p.sleep(1000)
  }
  return configSources(p, await readFelixConfigurations(kube, log))
}

function reportUnreadable(log: Log, health: FelixHealth, error: unknown): void {
  const { kind, text } = datastoreError(error, 'ClusterInformation(default)')
  if (kind !== 'missing') {
    log.error('daemon.go 233', 'Failed to get config from datastore', { error: raw(text) })
    return
  }
  health.ready('FelixStartup')
  log.warn('daemon.go 228', 'Waiting for datastore to be initialized (or migrated)')
}

async function readFelixConfigurations(kube: KubeClient, log: Log): Promise<readonly FelixConfiguration[]> {
  try {
    const query = { type: resources.felixConfigurations }
    return (await kube.list<FelixConfiguration>(query)).items
  } catch (error) {
    const { text } = datastoreError(error, 'FelixConfiguration(default)')
    log.info('daemon.go 956', 'Failed to load config from datastore', { error: raw(text) })
    return []
  }
}

/** From the weakest to the strongest. */
export async function configSources(
  p: Process,
  configurations: readonly FelixConfiguration[],
): Promise<ConfigSources> {
  const named = (name: string): FelixConfiguration | undefined =>
    configurations.find(({ metadata }) => metadata.name === name)
  return [
    ['datastore (global)', resourceConfig(named('default'))],
    ['datastore (per-host)', resourceConfig(named(`node.${nodeName(p)}`))],
    ...(await localSources(p)),
  ]
}

/** What Felix knows before it has spoken to the datastore. */
const localSources = async (p: Process): Promise<ConfigSources> => [
  ['config file', fileConfig((await readable(p.files, configFile)) ?? '')],
  ['environment variable', environmentConfig(p.env)],
]

export const nodeName = (p: Process): string => p.env.FELIX_FELIXHOSTNAME ?? p.env.NODENAME ?? p.hostname

async function enableForwarding(p: Process, log: Log): Promise<void> {
  log.info('int_dataplane.go 2157', 'Making sure IPv4 forwarding is enabled.')
  const path = '/proc/sys/net/ipv4/ip_forward'
  try {
    await p.files.write(path, '1')
  } catch (error) {
    if (!isErrno(error)) throw error
    const says = raw(`open ${path}: ${error.message.toLowerCase()}`)
    log.error('int_dataplane.go 2160', 'Failed to set IPv4 forwarding sysctl', { error: says })
  }
}
