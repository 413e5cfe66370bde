import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { Notice } from '#lab/kernel/mailbox.ts'
import { resolveHost } from '#lab/network/dns.ts'
import type { Connection } from '#lab/network/ports.ts'
import { type Options, parseOptions } from '#lab/network/tools/options.ts'

/**
 * OpenBSD's netcat: `nc [-z] [-v] [-w SECONDS] HOST PORT`, and `nc -l [-k] [-v] [ADDRESS] PORT`. Not imitated: UDP, port
 * ranges, what a listener would send.
 */
export const nc: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, ['wait', 'source', 'port'])
  if (o.unknown === undefined && o.has('listen')) return listen(p, o)
  const [host, port] = o.rest
  if (o.unknown !== undefined || host === undefined || port === undefined || !/^\d+$/.test(port)) {
    p.stderr.write('usage: nc [-4klnvz] [-p source_port] [-s source] [-w timeout] [destination] [port]\n')
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

/** Prints what one connection after another brings; without `-k` it ends with the first. */
async function listen(p: Process, o: Options): Promise<number> {
  const words = [...o.rest]
  const port = Number(o.value('port') ?? words.pop())
  const [address] = words
  const waiting: Connection[] = []
  const came = new Notice()
  try {
    await p.net.listen({ port, ...(address === undefined ? {} : { address }) }, (c) => {
      waiting.push(c)
      came.tell()
    })
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`nc: ${error.message}\n`)
    return 1
  }
  do {
    while (waiting.length === 0) await came.wait(p.task)
    const connection = waiting.shift() as Connection // there is one
    if (o.has('verbose'))
      p.stderr.write(`Connection received on ${connection.remote.address} ${connection.remote.port}\n`)
    await exchange(p, connection, undefined)
    connection.close()
  } while (o.has('keep'))
  return 0
}

const known = {
  '-z': 'scan',
  '-v': 'verbose',
  '-w': 'wait',
  '-n': 'numeric',
  '-4': 'ipv4',
  '-s': 'source',
  '-l': 'listen',
  '-k': 'keep',
  '-p': 'port',
}
