import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import { Backend, type BackendServer } from '#lab/ibm/haproxy-backend.ts'
import { checkServers } from '#lab/ibm/haproxy-checks.ts'
import { type HaproxyConfig, haproxyConfig } from '#lab/ibm/haproxy-config.ts'
import type { Connection } from '#lab/network/ports.ts'

/**
 * HAProxy with one TCP frontend and one backend, as it proxies a worker's connections to its master: each goes to a server that its
 * health checks have found up, and stays there whatever they find later. Not imitated: everything else of HAProxy: checks above
 * layer 4, weights, limits and queues, other ways of balancing than in turns, `option redispatch`, statistics, what it logs of connections.
 */
export const haproxy: Program = async (p) => {
  const file = p.argv[p.argv.indexOf('-f') + 1] ?? ''
  let config: HaproxyConfig | undefined
  try {
    config = haproxyConfig(await p.files.read(file))
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`[ALERT]    (1) : Could not open configuration file ${file} : ${error.message}\n`)
    return 1
  }
  if (config === undefined) {
    p.stderr.write(`[ALERT]    (1) : Fatal errors found in configuration.\n`)
    return 1
  }
  const { bind, connectMs } = config
  const backend = new Backend(config, (line) => void p.stderr.write(line))
  try {
    await p.net.listen(bind, (client) => {
      p.thread('session', (self) => carry(self, client, { backend, connectMs }))
    })
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(
      `[ALERT]    (1) : Starting proxy k8sfrontend: cannot bind socket (${error.message}) [${bind.address}:${bind.port}]\n`,
    )
    return 1
  }
  p.stderr.write('[NOTICE]   (1) : Loading success.\n')
  checkServers(p, backend)
  return untilTerminated(p, 0)
}

interface Ways {
  readonly backend: Backend
  readonly connectMs: number | undefined
}

async function carry(self: Process, client: Connection, { backend, connectMs }: Ways): Promise<void> {
  const server = backend.next()
  if (server === undefined) {
    client.abort()
    return
  }
  server.sessions++
  const connection = await connected(self, server, connectMs)
  if (connection === undefined) client.abort()
  else await untilOver(self, client, connection)
  server.sessions--
}

/** After the first attempt, each of them a second after the last has failed, to the same server. @see doc/configuration.txt ("retries") */
const retries = 3
const turnaroundMs = 1000

async function connected(
  self: Process,
  { config }: BackendServer,
  connectMs: number | undefined,
): Promise<Connection | undefined> {
  for (let tried = 0; ; tried++) {
    try {
      return await self.net.connect(
        self.task,
        config,
        connectMs === undefined ? {} : { timeoutMs: connectMs },
      )
    } catch (error) {
      if (!isErrno(error)) throw error
      if (tried === retries) return undefined
    }
    await self.sleep(Math.min(turnaroundMs, connectMs ?? turnaroundMs))
  }
}

/** A session's connections live as long as its thread. */
const untilOver = (self: Process, client: Connection, server: Connection): Promise<void> =>
  self.task.wait<void>((wake) => {
    join(client, server, wake)
    join(server, client, wake)
    return undefined
  })

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
