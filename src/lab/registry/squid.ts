/**
 * The HTTP proxy through which the data centre reaches the outside: squid 5 as far as CONNECT goes.
 *
 * Not imitated: everything but CONNECT (plain requests, caching, peers, logins, TLS that is broken open), and of its configuration
 * all but `acl NAME dst RANGE…` and `http_access deny NAME`.
 *
 * @see squid-cache/squid:src/tunnel.cc, src/cf.data.pre (connect_timeout, SSL_ports)
 */
import { readable } from '#lab/host/os/readable.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import { cidr, contains, ipv4 } from '#lab/network/address.ts'
import { resolveHost } from '#lab/network/dns.ts'
import type { Connection, Payload } from '#lab/network/ports.ts'

export const squidConfigPath = '/etc/squid/squid.conf'

const port = 3128
const connectTimeoutMs = 60_000
/** The one port to which squid's own configuration lets tunnels lead. */
const tlsPort = 443

export const squid: Program = async (p) => {
  const denied = await deniedIn(p)
  await p.net.listen({ port }, (client) => p.thread('tunnel', (self) => tunnel(self, client, denied)))
  return untilTerminated(p, 0)
}

type Denied = (address: string) => boolean

async function deniedIn(p: Process): Promise<Denied> {
  const lines = ((await readable(p.files, squidConfigPath)) ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const forbidden = lines.flatMap(([key, verb, name]) =>
    key === 'http_access' && verb === 'deny' && name !== undefined ? [name] : [],
  )
  const ranges = lines
    .filter(([key, name = '', kind]) => key === 'acl' && kind === 'dst' && forbidden.includes(name))
    .flatMap(([, , , ...words]) => words)
    .map((word) => cidr(word.includes('/') ? word : `${word}/32`))
  return (address) => ranges.some((range) => contains(range, ipv4(address)))
}

async function tunnel(self: Process, client: Connection, denied: Denied): Promise<void> {
  try {
    const asked = await client.receive(self.task)
    const way = typeof asked === 'object' ? await wayTo(self, asked, denied) : 400
    answer(client, typeof way === 'number' ? way : 200)
    if (typeof way === 'number') client.close()
    else join(client, way)
  } catch (error) {
    if (!isErrno(error)) throw error // the client is gone
  }
}

/** The connection that was asked for, or the status with which it is refused. */
async function wayTo(
  self: Process,
  asked: Exclude<Payload, string>,
  denied: Denied,
): Promise<Connection | number> {
  const [host = '', to = ''] = String(asked.path).split(':')
  if (asked.method !== 'CONNECT') return 400
  if (Number(to) !== tlsPort) return 403
  const found = await resolveHost(self, host)
  const address = found.ok ? found.value[0] : undefined
  if (address === undefined) return 503
  if (denied(address)) return 403
  try {
    const at = { address, port: tlsPort }
    return await self.net.connect(self.task, at, { timeoutMs: connectTimeoutMs })
  } catch (error) {
    if (isErrno(error)) return 503
    throw error
  }
}

const answer = (client: Connection, status: number): void =>
  client.send(
    Object.freeze({
      http: 'response',
      status,
      headers: { via: '1.1 proxy (squid/5.9)' },
      body: '',
      sizeBytes: 150,
    }),
  )

/** From now on each end hears the other; one that closes takes the other with it. */
function join(one: Connection, other: Connection): void {
  const pass = (from: Connection, to: Connection): void =>
    from.follow({
      payload: (payload) => to.send(payload),
      end: (why) => (why === 'closed' ? to.close() : to.abort()),
    })
  pass(one, other)
  pass(other, one)
}
