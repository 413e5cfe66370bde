import type { BgpData } from '#lab/calico/confd/data.ts'
import { renderBird } from '#lab/calico/confd/render-bird.ts'
import { renderAggregation, renderIpam } from '#lab/calico/confd/render-ipam.ts'
import { aggregation6, ipam6, renderBird6 } from '#lab/calico/confd/render-v6.ts'
import type { Log } from '#lab/calico/log.ts'
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

/** Writes the files that have changed and has BIRD read them (confd/pkg/resource/template/resource.go). */
export class Renderer {
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
