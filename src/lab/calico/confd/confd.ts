import { inClusterKube } from '#lab/api/client.ts'
import { type ConfdSettings, collect, passwordReferences } from '#lab/calico/confd/collect.ts'
import type { BgpData } from '#lab/calico/confd/data.ts'
import { renderBird } from '#lab/calico/confd/render-bird.ts'
import { renderAggregation, renderIpam } from '#lab/calico/confd/render-ipam.ts'
import { aggregation6, ipam6, renderBird6 } from '#lab/calico/confd/render-v6.ts'
import { SecretWatcher } from '#lab/calico/confd/secrets.ts'
import { ServiceWatcher } from '#lab/calico/confd/service-watcher.ts'
import { type Sources, watchSources } from '#lab/calico/confd/sources.ts'
import { calicoLog, type Log } from '#lab/calico/log.ts'
import { Wakeup } from '#lab/calico/wakeup.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

const folder = '/etc/calico/confd/config'

interface Template {
  readonly file: string
  readonly render: (data: BgpData) => string
  /** Whose `-p -c` must accept the staged file before it replaces the old one. */
  readonly check?: string
  /** Reloaded when the file has changed. */
  readonly service: string
}

/** In the order in which confd finds them in conf.d; included files are not there yet when the first is checked. */
const templates: readonly Template[] = [
  { file: 'bird.cfg', render: renderBird, check: 'bird', service: 'bird' },
  { file: 'bird6.cfg', render: renderBird6, check: 'bird6', service: 'bird6' },
  { file: 'bird6_aggr.cfg', render: () => aggregation6, service: 'bird6' },
  { file: 'bird6_ipam.cfg', render: () => ipam6, service: 'bird6' },
  { file: 'bird_aggr.cfg', render: renderAggregation, service: 'bird' },
  { file: 'bird_ipam.cfg', render: renderIpam, service: 'bird' },
]

/**
 * `calico-node -confd` (projectcalico/calico:confd/pkg): watches the cluster, renders BIRD's configuration, reloads BIRD.
 * What changes at other nodes is told only where this node's files may depend on it.
 * Not imitated: Typha, IPv6 peers, log levels of its own log, resources whose definitions are missing.
 */
export async function runConfd(p: Process): Promise<number> {
  const log = calicoLog(p, 'confd')
  log.info('config.go 83', 'Skipping confd config file.')
  log.info('run.go 18', 'Starting calico-confd')
  const confd = new Confd(p, log)
  await confd.synced()
  const renderer = new Renderer(p, log)
  for (;;) {
    await renderer.render(await confd.data())
    await confd.changed()
  }
}

/** confd's Calico client: what is known of the cluster, and what of it has changed (confd/pkg/backends/calico/client.go). */
class Confd {
  readonly #p: Process
  readonly #log: Log
  readonly #settings: ConfdSettings
  readonly #wakeup = new Wakeup()
  readonly #sources: Sources
  readonly #secrets: SecretWatcher
  readonly #services: ServiceWatcher
  #reasons: string[] = []

  constructor(p: Process, log: Log) {
    this.#p = p
    this.#log = log
    const nodeName = p.env.NODENAME ?? p.hostname
    this.#settings = { nodeName, routerId: p.env.CALICO_ROUTER_ID ?? '' }
    const kube = inClusterKube(p)
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
    this.#sources = watchSources(p, kube, {
      nodeName,
      events: {
        changed,
        peeringChanged: (reasons) => {
          this.#reasons.push(...reasons)
          changed()
        },
      },
    })
  }

  async synced(): Promise<void> {
    this.#log.info('watchersyncer.go 149', 'Starting main event processing loop')
    await this.#sources.untilSynced(this.#p)
    this.#log.info('watchersyncer.go 130', 'Sending status update', { Status: { raw: 'in-sync' } })
    this.#log.info('client.go 422', 'Source SourceSyncer readiness changed, ready=true')
    await this.#services.follow(this.#sources)
    this.#log.info('client.go 422', 'Source SourceRouteGenerator readiness changed, ready=true')
    this.#log.info('client.go 442', 'Data is now syncd, can start rendering templates')
  }

  changed(): Promise<void> {
    return this.#wakeup.wait(this.#p)
  }

  async data(): Promise<BgpData> {
    if (this.#reasons.length > 0)
      this.#log.info('client.go 1036', `Recompute BGP peerings: ${this.#reasons.splice(0).join('; ')}`)
    await this.#secrets.watch(passwordReferences(this.#sources))
    await this.#services.follow(this.#sources)
    this.#sources.nodes.ask()
    const services = this.#services.routes(this.#sources)
    const secrets = this.#secrets
    return collect(this.#sources, { ...this.#settings, secrets, log: this.#log, services })
  }
}

class Renderer {
  readonly #p: Process
  readonly #log: Log

  constructor(p: Process, log: Log) {
    this.#p = p
    this.#log = log
  }

  async render(data: BgpData): Promise<void> {
    for (const template of templates) await this.#one(template, template.render(data))
  }

  /** Stages, compares, checks, replaces, reloads (confd/pkg/resource/template/resource.go). */
  async #one({ file, check, service }: Template, text: string): Promise<void> {
    const target = `${folder}/${file}`
    const old = await this.#read(target)
    if (old === text) return
    try {
      const staged = `${folder}/.${file}${this.#p.random.text(9, '0123456789')}`
      await this.#p.files.write(staged, text, { mode: 0o644 })
      const valid = check === undefined || (await this.#valid(check, staged))
      if (!valid && old !== undefined) {
        await this.#p.files.remove(staged)
        return this.#log.error('run.go 53', 'Config check failed: exit status 1')
      }
      if (!valid)
        this.#log.info('resource.go 252', 'Check failed, but file does not yet exist - create anyway')
      await this.#p.files.rename(staged, target)
    } catch (error) {
      if (!isErrno(error)) throw error
      return this.#log.error('run.go 53', `open ${error.path ?? target}: ${error.message.toLowerCase()}`)
    }
    await this.#reload(service)
    this.#log.info('resource.go 290', `Target config ${target} has been updated`)
  }

  async #read(path: string): Promise<string | undefined> {
    try {
      return await this.#p.files.read(path)
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }

  async #valid(program: string, staged: string): Promise<boolean> {
    const command = `${program} -p -c ${staged}`
    const { code, stdout, stderr } = await this.#p.run(command.split(' '))
    if (code === 0) return true
    const output = JSON.stringify(stdout + stderr)
    this.#log.error('resource.go 318', `Error from checkcmd ${JSON.stringify(command)}: ${output}`)
    return false
  }

  /** `sv hup bird || true` */
  async #reload(service: string): Promise<void> {
    await this.#p.run(['sv', 'hup', service])
  }
}
