import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import type { Informer } from '#lab/api/informer.ts'
import type { ClusterInformation, FelixConfiguration, IPPool, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Datastore } from '#lab/calico/datastore.ts'
import { datastoreError } from '#lab/calico/errors.ts'
import { connectFelix, shutDown } from '#lab/calico/felix/connect.ts'
import { Dataplane, type Desired } from '#lab/calico/felix/dataplane.ts'
import { FelixHealth } from '#lab/calico/felix/health-server.ts'
import { determineMtu } from '#lab/calico/felix/mtu.ts'
import { localWorkloads } from '#lab/calico/felix/workloads.ts'
import { calicoLog, type Log, raw } from '#lab/calico/log.ts'
import { calicoVersion } from '#lab/calico/version.ts'
import { Wakeup } from '#lab/calico/wakeup.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

const refreshMs = 90_000

/**
 * `calico-node -felix` (projectcalico/calico:felix/daemon/daemon.go): pods of this node become routes, chains and
 * interface settings. Not imitated: policies, host endpoints, tunnels, WireGuard, BPF, metrics, restarts after a
 * configuration change, endpoint status files (off by default before 3.30).
 */
export async function runFelix(p: Process): Promise<number> {
  const log = calicoLog(p, 'felix')
  const health = new FelixHealth()
  log.info('daemon.go 132', 'Felix starting up', { version: calicoVersion })
  log.info('daemon.go 156', 'Loading configuration...')
  log.info('daemon.go 182', 'Loading config file: /etc/calico/felix.cfg')
  await health.serve(p, log)
  log.info('daemon.go 214', 'Connecting to datastore', { datastore: 'kubernetes' })
  const kube = inClusterKube(p)
  log.info('daemon.go 221', 'Created datastore client')
  await loadConfiguration(p, kube, log, health)
  health.ready('FelixStartup')
  log.info('driver.go 70', 'Using internal (linux) dataplane driver.')
  await determineMtu(p, log)
  await enableForwarding(p, log)
  const nodeName = p.env.FELIX_FELIXHOSTNAME ?? p.env.NODENAME ?? p.hostname
  const wakeup = new Wakeup()
  let failed: string | undefined
  const onLost = (): void => {
    failed = 'Connection to Typha failed'
    wakeup.tell()
  }
  const datastore = await connectFelix(p, { kube, log, health, nodeName, onLost })
  if (!datastore) return 1
  await new Felix(p, { datastore, log, health, nodeName, wakeup }).run(() => failed !== undefined)
  return shutDown(p, log, failed ?? '')
}

/** ClusterInformation says whether the datastore may be used. While it may not, Felix waits and calls itself ready. */
async function loadConfiguration(p: Process, kube: KubeClient, log: Log, health: FelixHealth): Promise<void> {
  for (;;) {
    try {
      const { spec } = await kube.get<ClusterInformation>(
        { type: resources.clusterInformations, name: 'default' },
        { timeoutMs: 30_000 },
      )
      log.info('daemon.go 973', 'Loaded ready flag', { ready: spec.datastoreReady === true })
      if (spec.datastoreReady) break
      health.ready('FelixStartup')
      log.warn('daemon.go 228', 'Waiting for datastore to be initialized (or migrated)')
    } catch (error) {
      reportUnreadable(log, health, error)
    }
    await p.sleep(1000)
  }
  await readFelixConfiguration(kube, log)
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

async function readFelixConfiguration(kube: KubeClient, log: Log): Promise<void> {
  try {
    await kube.list<FelixConfiguration>({ type: resources.felixConfigurations }, { timeoutMs: 30_000 })
  } catch (error) {
    const { text } = datastoreError(error, 'FelixConfiguration(default)')
    log.info('daemon.go 956', 'Failed to load config from datastore', { error: raw(text) })
  }
}

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

class Felix {
  readonly #p: Process
  readonly #log: Log
  readonly #health: FelixHealth
  readonly #nodeName: string
  readonly #wakeup: Wakeup
  readonly #pods: Informer<Pod>
  readonly #pools: Informer<IPPool>
  readonly #dataplane: Dataplane
  #links = ''
  #synced = false

  constructor(
    p: Process,
    o: {
      readonly datastore: Datastore
      readonly log: Log
      readonly health: FelixHealth
      readonly nodeName: string
      readonly wakeup: Wakeup
    },
  ) {
    const { datastore, log, health, nodeName, wakeup } = o
    this.#p = p
    this.#log = log
    this.#health = health
    this.#nodeName = nodeName
    this.#wakeup = wakeup
    this.#dataplane = new Dataplane(p, log)
    const onChange = (): void => this.#wakeup.tell()
    // The real one watches every pod; those of other nodes change nothing here as long as there are no policies.
    const mine = { type: resources.pods, fieldSelector: `spec.nodeName=${this.#nodeName}` }
    this.#pods = datastore.watch<Pod>(mine, { onChange })
    this.#pools = datastore.watch<IPPool>({ type: resources.ipPools }, { onChange })
  }

  /** Until it has `ended`. */
  async run(ended: () => boolean): Promise<void> {
    this.#log.info('daemon.go 629', 'Started the processing graph')
    this.#p.thread('sync', async (self) => {
      await this.#pods.untilSynced(self.task)
      await this.#pools.untilSynced(self.task)
      this.#synced = true
      this.#wakeup.tell()
    })
    while (!this.#synced) {
      await this.#wakeup.wait(this.#p)
      if (ended()) return
    }
    this.#log.info('daemon.go 1266', 'Datastore now in sync.')
    this.#health.ready('CalculationGraph')
    this.#p.thread('interfaces', (self) => this.#watchInterfaces(self))
    this.#p.thread('refresh', (self) => this.#refresh(self))
    for (let first = true; ; first = false) {
      await this.#dataplane.apply(this.#desired())
      if (first) this.#started()
      await this.#wakeup.wait(this.#p)
      if (ended()) return
    }
  }

  #started(): void {
    this.#log.info('int_dataplane.go 1998', 'Completed first update to dataplane.')
    this.#health.ready('InternalDataplaneMainLoop')
  }

  #desired(): Desired {
    const pools = this.#pools.list()
    return {
      workloads: localWorkloads(this.#pods.list(), this.#nodeName),
      pools: pools.map((pool) => pool.spec.cidr).sort(),
      masqueraded: pools
        .filter((pool) => pool.spec.natOutgoing)
        .map((pool) => pool.spec.cidr)
        .sort(),
    }
  }

  /** Interfaces that come and go are answered at once; other changes wait for the refresh. */
  async #watchInterfaces(self: Process): Promise<void> {
    for (;;) {
      await self.net.changed(self.task)
      const links = self.net
        .links()
        .filter((link) => link.name.startsWith('cali') && link.up)
        .map((link) => link.name)
        .join()
      if (links === this.#links) continue
      this.#links = links
      this.#wakeup.tell()
    }
  }

  async #refresh(self: Process): Promise<void> {
    for (;;) {
      await self.sleep(refreshMs)
      this.#wakeup.tell()
    }
  }
}
