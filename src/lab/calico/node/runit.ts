import { readRunScript } from '#lab/calico/node/run-script.ts'
import { type Child, isErrno, type PathConnection, type Process, type Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'

/**
 * runit of calico-node's image: `runsvdir`, `runsv`, `sv` (smarden.org/runit: runsvdir.c, runsv.c, sv.c).
 * Not imitated: log services, finish scripts, `down` files, the binary format of supervise/status.
 */
export const runsvdir: Program = async (p) => {
  const folder = p.argv.at(-1) ?? ''
  for (const { name, kind } of await p.files.list(folder)) {
    if (kind !== 'directory' || name.startsWith('.')) continue
    await p.spawn(['runsv', `${folder}/${name}`], { name: `runsv-${name}` })
  }
  // Looked at every 5 seconds by the real one; nothing in the image ever adds a service later.
  return untilTerminated(p, 0)
}

type Wanted = 'up' | 'down'

/** One service: started again when it ends, after a second if it lived for less than one. */
export const runsv: Program = async (p) => {
  const service = p.argv.at(-1) ?? ''
  const supervisor = new Supervisor(p, service)
  await p.files.mkdir(`${service}/supervise`, { mode: 0o700, parents: true })
  await p.listenPath(`${service}/supervise/control`, (c) =>
    p.thread('control', (self) => supervisor.serve(self, c)),
  )
  return supervisor.run()
}

class Supervisor {
  readonly #p: Process
  readonly #service: string
  #wanted: Wanted = 'up'
  #child: { readonly pid: number; kill(signal: 'SIGHUP' | 'SIGTERM' | 'SIGKILL'): void } | undefined
  #sinceMs: number
  #wake: (() => void) | undefined

  constructor(p: Process, service: string) {
    this.#p = p
    this.#service = service
    this.#sinceMs = p.now()
  }

  async run(): Promise<number> {
    for (;;) {
      while (this.#wanted === 'down') await this.#wantedAgain()
      const startMs = this.#p.now()
      await (await this.#start())?.exited(this.#p)
      this.#child = undefined
      this.#sinceMs = this.#p.now()
      if (this.#sinceMs - startMs < 1000) await this.#p.sleep(1000)
    }
  }

  async #start(): Promise<Child | undefined> {
    try {
      const { argv, env } = await readRunScript(this.#p, `${this.#service}/run`, this.#p.env)
      const name = this.#service.slice(this.#service.lastIndexOf('/') + 1)
      const { stdout } = this.#p
      const child = await this.#p.spawn(argv, { env, cwd: this.#service, stdout, stderr: stdout, name })
      this.#child = child
      this.#sinceMs = this.#p.now()
      return child
    } catch (error) {
      if (!isErrno(error)) throw error
      const says = error.message.toLowerCase()
      this.#p.stderr.write(`runsv ${this.#service}: fatal: unable to start ./run: ${says}\n`)
      return undefined
    }
  }

  #wantedAgain(): Promise<void> {
    return this.#p.task.wait<void>((wake) => {
      this.#wake = () => wake()
      return undefined
    })
  }

  /** One request over the control socket: a letter of runsv's control pipe, answered with the state. */
  async serve(self: Process, c: PathConnection): Promise<void> {
    const order = await c.receive(self)
    if (order === 'h') this.#child?.kill('SIGHUP')
    if (order === 't') this.#child?.kill('SIGTERM')
    if (order === 'k') this.#child?.kill('SIGKILL')
    if (order === 'd') {
      this.#wanted = 'down'
      this.#child?.kill('SIGTERM')
    }
    if (order === 'u') {
      this.#wanted = 'up'
      this.#wake?.()
    }
    c.send(this.#status())
    c.close()
  }

  #status(): string {
    const seconds = Math.floor((this.#p.now() - this.#sinceMs) / 1000)
    if (this.#child) return `run: ${this.#service}: (pid ${this.#child.pid}) ${seconds}s`
    const wants = this.#wanted === 'up' ? ', want up' : ''
    return `down: ${this.#service}: ${seconds}s, normally up${wants}`
  }
}

const orders: Readonly<Record<string, string>> = {
  status: '',
  hup: 'h',
  term: 't',
  kill: 'k',
  up: 'u',
  start: 'u',
  down: 'd',
  stop: 'd',
}

/** `sv COMMAND SERVICE…`; the exit code counts the services it failed for. */
export const sv: Program = async (p) => {
  const [, command = '', ...services] = p.argv
  const order = orders[command]
  if (order === undefined || services.length === 0) {
    p.stderr.write('usage: sv [-v] [-w sec] command service ...\n')
    return 100
  }
  let failures = 0
  for (const service of services) {
    const answer = await askService(p, service, order)
    if (!answer.ok) failures++
    if (command === 'status' || !answer.ok) p.stdout.write(`${answer.text}\n`)
  }
  return failures
}

/** What `sv` prints for one service; shared with the health check, which runs `sv status`. */
export async function askService(
  p: Process,
  service: string,
  order: string,
): Promise<{ readonly ok: boolean; readonly text: string }> {
  const folder = service.includes('/') ? service : `${p.env.SVDIR ?? '/service'}/${service}`
  if (!(await p.files.exists(folder)))
    return { ok: false, text: `fail: ${folder}: unable to change to service directory: file does not exist` }
  try {
    const c = await p.connectPath(`${folder}/supervise/control`)
    c.send(order)
    const text = await c.receive(p)
    if (text !== undefined) return { ok: true, text }
  } catch (error) {
    if (!isErrno(error)) throw error
    if (error.code === 'EACCES')
      return { ok: false, text: `fail: ${folder}: unable to open supervise/ok: access denied` }
  }
  return { ok: false, text: `fail: ${folder}: runsv not running` }
}
