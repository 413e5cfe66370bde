import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import type { Connection } from '#lab/network/ports.ts'

interface Backend {
  readonly name: string
  readonly address: string
  readonly port: number
}

interface Config {
  readonly bind: { readonly address: string; readonly port: number }
  /** In the order in which they are tried. */
  readonly backends: readonly Backend[]
}

/**
 * HAProxy with one TCP frontend, as it proxies a worker's connections to its master: each goes to the first server of its
 * configuration that takes it. Not imitated: everything else of HAProxy, above all health checks (a server is tried anew for
 * every connection) and balancing.
 */
export const haproxy: Program = async (p) => {
  const file = p.argv[p.argv.indexOf('-f') + 1] ?? ''
  let config: Config | undefined
  try {
    config = parsed(await p.files.read(file))
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`[ALERT]    (1) : Could not open configuration file ${file} : ${error.message}\n`)
    return 1
  }
  if (config === undefined) {
    p.stderr.write(`[ALERT]    (1) : Fatal errors found in configuration.\n`)
    return 1
  }
  const { bind, backends } = config
  try {
    await p.net.listen(bind, (client) => {
      p.thread('session', (self) => carry(self, client, backends))
    })
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(
      `[ALERT]    (1) : Starting proxy k8sfrontend: cannot bind socket (${error.message}) [${bind.address}:${bind.port}]\n`,
    )
    return 1
  }
  p.stderr.write('[NOTICE]   (1) : Loading success.\n')
  return untilTerminated(p, 0)
}

const connectMs = 5000

async function carry(self: Process, client: Connection, backends: readonly Backend[]): Promise<void> {
  for (const to of backends) {
    const server = await connected(self, to)
    if (server === undefined) {
      self.stderr.write(
        `[WARNING]  (1) : Server k8sbackend/${to.name} is DOWN, reason: Layer4 connection problem\n`,
      )
      continue
    }
    // A session's connections live as long as its thread.
    await self.task.wait<void>((wake) => {
      join(client, server, wake)
      join(server, client, wake)
      return undefined
    })
    return
  }
  client.abort()
}

async function connected(self: Process, to: Backend): Promise<Connection | undefined> {
  try {
    return await self.net.connect(self.task, to, { timeoutMs: connectMs })
  } catch (error) {
    if (!isErrno(error)) throw error
    return undefined
  }
}

/** What arrives on one is sent on the other, and so is its end. */
function join(from: Connection, to: Connection, ended: () => void): void {
  from.follow({
    relay: to,
    payload: (payload) => to.send(payload),
    end: (why) => {
      if (why === 'closed') to.close()
      else to.abort()
      ended()
    },
  })
}

function parsed(text: string): Config | undefined {
  const [, address, port] = /^\s*bind\s+([\d.]+):(\d+)/m.exec(text) ?? []
  if (address === undefined) return undefined
  const servers = [...text.matchAll(/^\s*server\s+(\S+)\s+([\d.]+):(\d+)/gm)]
  return {
    bind: { address, port: Number(port) },
    backends: servers.map(([, name = '', host = '', at = '']) => ({ name, address: host, port: Number(at) })),
  }
}
