import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { resolveHost } from '#lab/network/dns.ts'
import type { Connection } from '#lab/network/ports.ts'
import { type Options, parseOptions } from '#lab/network/tools/options.ts'

/** OpenBSD's netcat as a client: `nc [-z] [-v] [-w SECONDS] HOST PORT`. Not imitated: UDP, listening, port ranges. */
export const nc: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, ['wait', 'source'])
  const [host, port] = o.rest
  if (o.unknown !== undefined || host === undefined || port === undefined || !/^\d+$/.test(port)) {
    p.stderr.write('usage: nc [-4nvz] [-w timeout] [destination] [port]\n')
    return 1
  }
  const wait = o.value('wait')
  const timeoutMs = wait === undefined ? undefined : Number(wait) * 1000
  const found = await resolveHost(p, host)
  const address = found.ok ? found.value[0] : undefined
  if (address === undefined) {
    p.stderr.write(`nc: getaddrinfo for host "${host}" port ${port}: Name or service not known\n`)
    return 1
  }
  try {
    const at = { address, port: Number(port) }
    const connection = await p.net.connect(p.task, at, timeoutMs === undefined ? {} : { timeoutMs })
    if (o.has('verbose')) p.stderr.write(`Connection to ${host} ${port} port [tcp/*] succeeded!\n`)
    if (!o.has('scan')) await exchange(p, connection, timeoutMs)
    connection.close()
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    complain(
      p,
      o,
      `nc: connect to ${host}${host === address ? '' : ` (${address})`} port ${port} (tcp)`,
      error.code === 'ETIMEDOUT' && timeoutMs !== undefined
        ? 'timed out: Operation now in progress'
        : `failed: ${error.message}`,
    )
    return 1
  }
}

function complain(p: Process, o: Options, what: string, how: string): void {
  if (o.has('verbose')) p.stderr.write(`${what} ${how}\n`)
}

/** Sends what comes in, prints what comes back, until the other end closes or nothing comes any more. */
async function exchange(p: Process, connection: Connection, timeoutMs: number | undefined): Promise<void> {
  p.thread('stdin', async (self) => {
    for (let text = await self.stdin.read(self); text !== undefined; text = await self.stdin.read(self))
      connection.send(text)
  })
  for (;;) {
    const payload = await connection.receive(p.task, timeoutMs === undefined ? {} : { timeoutMs })
    if (payload === undefined || payload === 'closed') return
    if (typeof payload === 'string') p.stdout.write(payload)
  }
}

const known = { '-z': 'scan', '-v': 'verbose', '-w': 'wait', '-n': 'numeric', '-4': 'ipv4', '-s': 'source' }
