/**
 * HTTP proxies as Go's clients take them from their environment, and how one is asked for a way to somewhere else.
 *
 * Not imitated: HTTP_PROXY (nothing of the lab asks without TLS through one), proxies that want a login or speak TLS or SOCKS.
 *
 * @see golang/net:http/httpproxy/proxy.go; golang/go:src/net/http/transport.go (dialConn)
 */
import { Errno, type Process } from '#lab/host/ports.ts'
import { cidr, contains, ipv4, isIpv4 } from '#lab/network/address.ts'
import { resolveHost } from '#lab/network/dns.ts'
import { statusText } from '#lab/network/http.ts'
import type { Connection } from '#lab/network/ports.ts'

interface Place {
  readonly host: string
  readonly port: number
}

/** Through which proxy an https URL of this place is asked; undefined: directly. */
export function proxyFor(env: Readonly<Record<string, string>>, { host, port }: Place): Place | undefined {
  const proxy = env.HTTPS_PROXY || env.https_proxy
  if (!proxy || isLocal(host) || isExempt(env.NO_PROXY || env.no_proxy || '', { host, port }))
    return undefined
  const [, name = '', number = '80'] = /^(?:http:\/\/)?([^:/]+)(?::(\d+))?/.exec(proxy) ?? []
  return { host: name, port: Number(number) }
}

const isLocal = (host: string): boolean => host === 'localhost' || host.startsWith('127.')

/** An entry is `*`, an address, a range, a name that it ends with; perhaps with a port. */
const isExempt = (exempt: string, { host, port }: Place): boolean =>
  exempt
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => {
      if (entry === '*') return true
      const [, name = '', of] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? []
      if (name === '' || (of !== undefined && Number(of) !== port)) return false
      if (isIpv4(host)) return name === host || (isRange(name) && contains(cidr(name), ipv4(host)))
      return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`)
    })

const isRange = (entry: string): boolean => {
  const [network = '', length = ''] = entry.split('/')
  return isIpv4(network) && /^\d+$/.test(length)
}

/** What kept a proxied connection from being made, in the words of Go's net/http. */
export class ProxyFailure extends Error {}

/** A connection to `target` through a proxy. Rejects with {@link ProxyFailure}. */
export async function connectThrough(
  self: Process,
  proxy: Place,
  { target, timeoutMs }: { readonly target: Place; readonly timeoutMs: number },
): Promise<Connection> {
  const connection = await dialProxy(self, proxy, timeoutMs)
  const path = `${target.host}:${target.port}`
  const headers = { 'user-agent': 'Go-http-client/1.1' }
  connection.send(
    Object.freeze({
      http: 'request',
      method: 'CONNECT',
      path,
      host: path,
      headers,
      body: '',
      sizeBytes: 120,
    }),
  )
  const answer = await heard(self, connection)
  if (answer === 200) return connection
  connection.close()
  throw new ProxyFailure(answer === undefined ? 'unexpected EOF' : statusText(answer))
}

async function dialProxy(self: Process, { host, port }: Place, timeoutMs: number): Promise<Connection> {
  const found = await resolveHost(self, host)
  const address = found.ok ? found.value[0] : undefined
  if (address === undefined)
    throw new ProxyFailure(`proxyconnect tcp: dial tcp: lookup ${host}: no such host`)
  try {
    return await self.net.connect(self.task, { address, port }, { timeoutMs })
  } catch (error) {
    if (!(error instanceof Errno)) throw error
    const why = error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`
    throw new ProxyFailure(`proxyconnect tcp: dial tcp ${address}:${port}: ${why}`)
  }
}

/** The status of the proxy's answer; undefined when it hung up. It is waited for without a limit, as Go does. */
async function heard(self: Process, connection: Connection): Promise<number | undefined> {
  try {
    const payload = await connection.receive(self.task)
    return typeof payload === 'object' && typeof payload.status === 'number' ? payload.status : undefined
  } catch (error) {
    if (error instanceof Errno) return undefined
    throw error
  }
}
