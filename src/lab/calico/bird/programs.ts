import { Bird } from '#lab/calico/bird/bird.ts'
import { ConfigError } from '#lab/calico/bird/config/lexer.ts'
import type { Config } from '#lab/calico/bird/config/model.ts'
import { parseConfig } from '#lab/calico/bird/config/parser.ts'
import { answer, encode, greeting, type Reply } from '#lab/calico/bird/control.ts'
import { isErrno, type PathConnection, type Process, type Program } from '#lab/host/ports.ts'

interface Arguments {
  readonly config: string
  readonly socket: string
  readonly checkOnly: boolean
  readonly recover: boolean
}

/** What stops BIRD before it runs: `bird: <text>` on stderr, exit 1. */
class Fatal extends Error {}

/**
 * BIRD 1.6.8 as Calico builds it (projectcalico/bird): `bird -R -s SOCKET -d -c FILE`, `bird -p -c FILE`. The control
 * socket is bound before the configuration is read, as `bird:sysdep/unix/main.c` does. Always in the foreground.
 */
export const bird: Program = (p) => daemon(p, (config) => config)

/**
 * BIRD for IPv6. The lab's network is IPv4 only, so it runs with what is left of its configuration: no kernel table to
 * keep, no interface with an address.
 */
export const bird6: Program = (p) =>
  daemon(p, (config) => ({
    ...config,
    protocols: config.protocols.flatMap((each) => {
      if (each.kind === 'kernel' || each.kind === 'bgp') return []
      return [each.kind === 'direct' ? { ...each, interfaces: ['-*'] } : each]
    }),
  }))

async function daemon(p: Process, adapt: (config: Config) => Config): Promise<number> {
  const args = parseArguments(p.argv)
  try {
    if (!args) throw new Fatal('')
    return await run(p, { ...args, adapt })
  } catch (error) {
    if (!(error instanceof Fatal)) throw error
    p.stderr.write(
      args ? `bird: ${error.message}\n` : 'Usage: bird [--version] [--help] [-c <config-file>] [OPTIONS]\n',
    )
    return 1
  }
}

interface Run extends Arguments {
  readonly adapt: (config: Config) => Config
}

async function run(p: Process, args: Run): Promise<number> {
  if (args.checkOnly) {
    await readConfig(p, args)
    return 0
  }
  await refuseSecond(p, args.socket)
  const control: Control = {
    bird: undefined,
    configure: (running, o) => configure(p, running, { ...args, ...o }),
  }
  const socket = await bindSocket(p, args.socket, control)
  const config = await readConfig(p, args)
  const ending = new Ending()
  const running = new Bird(p, config, { recover: args.recover, done: () => ending.tell() })
  control.bird = running
  onReload(p, () => reconfigure(p, running, args))
  p.onSignal('SIGTERM', () => running.shutdown())
  await running.start()
  await ending.wait(p)
  socket.close()
  await unlink(p, args.socket)
  running.log('Shutdown completed')
  return 0
}

/** What stands behind the control socket; no daemon yet while the configuration is being read. */
interface Control {
  bird: Bird | undefined
  /** `configure [check]` in birdcl: the answer, with its codes. */
  configure(running: Bird, o: { readonly check: boolean }): Promise<string>
}

async function configure(
  p: Process,
  running: Bird,
  args: Run & { readonly check: boolean },
): Promise<string> {
  const start: Reply = [[2, `Reading configuration from ${args.config}`]]
  try {
    const config = await readConfig(p, args)
    if (args.check) return encode([...start, [20, 'Configuration OK']])
    await running.reconfigure(config)
    return encode([...start, [3, 'Reconfigured']])
  } catch (error) {
    if (!(error instanceof Fatal)) throw error
    return encode([...start, [8002, error.message]])
  }
}

/** SIGHUP only raises a flag: those that come while one is being answered make one more round together. */
function onReload(p: Process, reload: () => Promise<void>): void {
  let asked = false
  let busy = false
  p.onSignal('SIGHUP', () => {
    asked = true
    if (busy) return
    busy = true
    p.thread('reconfigure', async () => {
      while (asked) {
        asked = false
        await reload()
      }
      busy = false
    })
  })
}

/** Told once, by a signal handler or an event; waited for by the main thread. */
class Ending {
  #over = false
  #wake: (() => void) | undefined

  tell(): void {
    this.#over = true
    this.#wake?.()
  }

  wait(p: Process): Promise<void> {
    return p.task.wait<void>((wake) => {
      this.#wake = () => wake()
      if (this.#over) wake()
      return undefined
    })
  }
}

async function reconfigure(p: Process, running: Bird, args: Run): Promise<void> {
  running.log('Reconfiguration requested by SIGHUP')
  try {
    await running.reconfigure(await readConfig(p, args))
  } catch (error) {
    if (!(error instanceof Fatal)) throw error
    running.log(error.message)
  }
}

async function readConfig(p: Process, { config: path, adapt }: Run): Promise<Config> {
  try {
    return adapt(await parseConfig(path, (file) => p.files.read(file)))
  } catch (error) {
    if (error instanceof ConfigError) throw new Fatal(error.line)
    if (isErrno(error)) throw new Fatal(`Unable to open configuration file ${path}: ${error.message}`)
    throw error
  }
}

async function refuseSecond(p: Process, socket: string): Promise<void> {
  try {
    const other = await p.connectPath(socket)
    other.close()
  } catch (error) {
    if (isErrno(error)) return
    throw error
  }
  throw new Fatal('I found another BIRD running.')
}

async function bindSocket(p: Process, path: string, control: Control): Promise<{ close(): void }> {
  try {
    await unlink(p, path)
    const listener = await p.listenPath(path, (c) => p.thread('cli', (self) => serve(self, c, control)))
    await p.files.chmod(path, 0o660)
    return listener
  } catch (error) {
    if (isErrno(error)) throw new Fatal(`Cannot create control socket ${path}: ${error.message}`)
    throw error
  }
}

/**
 * The return value of unlink is not looked at; what stands in the way shows when the socket is bound. A folder is never
 * unlinked (unlink(2): EISDIR).
 */
async function unlink(p: Process, path: string): Promise<void> {
  try {
    if ((await p.files.stat(path)).kind !== 'directory') await p.files.remove(path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

async function serve(self: Process, c: PathConnection, control: Control): Promise<void> {
  c.send(greeting)
  for (;;) {
    const line = await c.receive(self)
    if (line === undefined) return
    const running = control.bird
    if (!running) return c.close()
    const words = line.trim()
    const asked = /^conf(?:i(?:g(?:u(?:re?)?)?)?)?(\s+check)?$/.exec(words)
    if (asked === null) c.send(answer(running, line))
    else c.send(await control.configure(running, { check: asked[1] !== undefined }))
    if (line.trim() === 'down') running.shutdown()
  }
}

function parseArguments(argv: readonly string[]): Arguments | undefined {
  const found = { config: '/etc/bird.conf', socket: '/run/bird.ctl', checkOnly: false, recover: false }
  for (let i = 1; i < argv.length; i++)
    switch (argv[i]) {
      case '-c':
        found.config = argv[++i] ?? ''
        break
      case '-s':
        found.socket = argv[++i] ?? ''
        break
      case '-p':
        found.checkOnly = true
        break
      case '-R':
        found.recover = true
        break
      case '-d':
      case '-f':
        break
      default:
        return undefined
    }
  return found
}

/** `birdcl [-s SOCKET] COMMAND…`: prints the answer without its codes. */
export const birdcl: Program = async (p) => {
  const args = p.argv.slice(1)
  const socket = args[0] === '-s' ? (args[1] ?? '') : '/run/bird.ctl'
  const command = (args[0] === '-s' ? args.slice(2) : args).join(' ')
  const answered = await askBird(p, socket, command)
  if (!answered.ok) {
    p.stderr.write(`Unable to connect to server control socket (${socket}): ${answered.error}\n`)
    return 1
  }
  p.stdout.write(answered.text)
  return 0
}

/** One command to a BIRD, codes stripped, as birdcl prints it; shared with the health check, which runs birdcl. */
export async function askBird(
  p: Process,
  socket: string,
  command: string,
): Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string }> {
  try {
    const c = await p.connectPath(socket)
    const first = await c.receive(p)
    if (command !== '') c.send(`${command}\n`)
    const text = command === '' ? '' : ((await c.receive(p)) ?? '')
    c.close()
    return { ok: true, text: bare(`${first ?? ''}${text}`) }
  } catch (error) {
    if (isErrno(error)) return { ok: false, error: error.message }
    throw error
  }
}

const bare = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line.startsWith(' ') ? line.slice(1) : line.slice(5)))
    .join('\n')
    .replace(/\n+$/, '\n')
