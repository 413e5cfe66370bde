import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import { type ConfdSettings, collect, passwordReferences } from '#lab/calico/confd/collect.ts'
import { connectDatastore } from '#lab/calico/confd/connect.ts'
import type { BgpData } from '#lab/calico/confd/data.ts'
import { Renderer } from '#lab/calico/confd/renderer.ts'
import { SecretWatcher } from '#lab/calico/confd/secrets.ts'
import { ServiceWatcher } from '#lab/calico/confd/service-watcher.ts'
import { type Sources, watchSources } from '#lab/calico/confd/sources.ts'
import type { Datastore } from '#lab/calico/datastore.ts'
import { calicoLog, type Log } from '#lab/calico/log.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { Wakeup } from '#lab/calico/wakeup.ts'
import type { Process } from '#lab/host/ports.ts'

/**
 * `calico-node -confd` (projectcalico/calico:confd/pkg): watches the cluster, renders BIRD's configuration, reloads BIRD.
 * What changes at other nodes is told only where this node's files may depend on it.
 * Not imitated: IPv6 peers, log levels of its own log, resources whose definitions are missing.
 */
export async function runConfd(p: Process): Promise<number> {
  const log = calicoLog(p, 'confd')
  log.info('config.go 83', 'Skipping confd config file.')
  log.info('run.go 18', 'Starting calico-confd')
  const kube = inClusterKube(p)
  const wakeup = new Wakeup()
  let lost = false
  const onLost = (): void => {
    lost = true
    wakeup.tell()
  }
  const datastore = await connectDatastore(p, { kube, log, onLost })
  if (!datastore) return 1
  const confd = new Confd(p, { log, kube, datastore, wakeup })
  p.thread('confd', async (self) => {
    await confd.synced(self)
    wakeup.tell()
  })
  const renderer = new Renderer(p, log)
  for (;;) {
    await wakeup.wait(p)
    if (lost) return 1
    if (confd.ready) await renderer.render(await confd.data())
  }
}

/** confd's Calico client: what is known of the cluster, and what of it has changed (confd/pkg/backends/calico/client.go). */
class Confd {
  readonly #p: Process
  readonly #log: Log
  readonly #settings: ConfdSettings
  readonly #wakeup: Wakeup
  ready = false
  readonly #sources: Sources
  readonly #secrets: SecretWatcher
  readonly #services: ServiceWatcher
  #reasons: string[] = []

  constructor(
    p: Process,
    o: {
      readonly log: Log
      readonly kube: KubeClient
      readonly datastore: Datastore
      readonly wakeup: Wakeup
    },
  ) {
    const { log, kube, datastore, wakeup } = o
    this.#p = p
    this.#log = log
    this.#wakeup = wakeup
    const nodeName = p.env.NODENAME ?? p.hostname
    this.#settings = { nodeName, routerId: p.env.CALICO_ROUTER_ID ?? '' }
    const changed = (): void => this.#wakeup.tell()
    this.#services = new ServiceWatcher(p, { kube, log, nodeName, onChange: changed })
    this.#secrets = new SecretWatcher(p, {
      kube,
      log,
      onChange: () => {
        log.info('client.go 272', 'Recompute v1 BGP peerings')
        changed()
      },
    })
    log.info('watchersyncer.go 89', 'Start called')
    this.#sources = watchSources(datastore, {
      nodeName,
      release: releaseOf(p.version),
      events: {
        changed,
        peeringChanged: (reasons) => {
          this.#reasons.push(...reasons)
          changed()
        },
      },
    })
  }

  async synced(self: Process): Promise<void> {
    this.#log.info('watchersyncer.go 149', 'Starting main event processing loop')
    await this.#sources.untilSynced(self)
    this.#log.info('watchersyncer.go 130', 'Sending status update', { Status: { raw: 'in-sync' } })
    this.#log.info('client.go 422', 'Source SourceSyncer readiness changed, ready=true')
    await this.#services.follow(self, this.#sources)
    this.#log.info('client.go 422', 'Source SourceRouteGenerator readiness changed, ready=true')
    this.#log.info('client.go 442', 'Data is now syncd, can start rendering templates')
    this.ready = true
  }

  async data(): Promise<BgpData> {
    if (this.#reasons.length > 0)
      this.#log.info('client.go 1036', `Recompute BGP peerings: ${this.#reasons.splice(0).join('; ')}`)
    await this.#secrets.watch(passwordReferences(this.#sources))
    await this.#services.follow(this.#p, this.#sources)
    this.#sources.nodes.ask()
    const services = this.#services.routes(this.#sources)
    const secrets = this.#secrets
    return collect(this.#sources, { ...this.#settings, secrets, log: this.#log, services })
  }
}
