/**
 * One tier of the shop: a small HTTP server on port 8080. `/` answers what the tier does, asking the tier behind it;
 * `/ready` is 200 only when that one answers; `/healthz` looks at nothing but itself.
 *
 * Its client keeps the upstream's address for half a minute; then it goes on with the old one while it looks it up again, and
 * for longer where DNS does not answer, as JVMs do (networkaddress.cache.ttl and …stale.ttl). Otherwise one unreachable DNS
 * server would make tiers on healthy nodes unready.
 *
 *     shop-tier --name=frontend [--upstream=http://api:8080]
 */
import { rfc3339 } from '#base/clock.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { resolveHost } from '#lab/network/dns.ts'
import { type HttpResponse, httpGet, parseUrl, serveHttp } from '#lab/network/http.ts'
import { goError, HttpFailure } from '#lab/network/http-failure.ts'
import { Servers } from '#lab/workload/servers.ts'

/** Less than the readiness probe's three seconds, so that the tier itself says what is wrong. */
const upstreamTimeoutMs = 2000
const addressMs = 30_000
const refreshTimeoutMs = 500

/** What the client knows of the upstream: its address, and the servers behind it by what they were asked. */
interface Known {
  address: string | undefined
  untilMs: number
  readonly pages: Servers
  readonly health: Servers
}

export const shopTier: Program = async (p) => {
  const flag = (name: string): string | undefined =>
    p.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const name = flag('name') ?? 'tier'
  const upstream = flag('upstream')
  const known: Known = { address: undefined, untilMs: 0, pages: new Servers(), health: new Servers() }
  await serveHttp(p, { port: 8080 }, ({ path }) => {
    switch (path) {
      case '/healthz':
        return { status: 200, body: 'ok\n', vouched: true }
      case '/ready':
        return upstream === undefined
          ? { status: 200, body: 'ready\n', vouched: true }
          : (self) => ask(self, `${upstream}/healthz`, { own: 'ready\n', known, servers: known.health })
      case '/':
        return (self) => page(self, { name, upstream, known })
      default:
        return { status: 404, body: 'not found\n' }
    }
  })
  log(p, 'info', `${name} listens on :8080`)
  return p.task.wait<number>((wake) => {
    p.onSignal('SIGTERM', () => wake(0))
    return undefined
  })
}

async function page(
  self: Process,
  {
    name,
    upstream,
    known,
  }: { readonly name: string; readonly upstream: string | undefined; readonly known: Known },
): Promise<HttpResponse> {
  const own = `${name} ${self.hostname}: ok\n`
  return upstream === undefined
    ? { status: 200, body: own, vouched: true }
    : ask(self, `${upstream}/`, { own, known, servers: known.pages })
}

/** The upstream's answer behind `own`; 502 or 504 when there is none, 503 when the upstream itself has trouble. */
async function ask(
  self: Process,
  url: string,
  { own, known, servers }: { readonly own: string; readonly known: Known; readonly servers: Servers },
): Promise<HttpResponse> {
  refresh(self, url, known)
  try {
    const answer = await httpGet(self, url, {
      timeoutMs: upstreamTimeoutMs,
      ...(known.address === undefined ? {} : { address: known.address }),
      onTry: (address) => remember(self, known, address),
    })
    const { status, body } = answer
    // An address that has become old is looked up again by the next request, which is left out where this answer is vouched for.
    const vouched = servers.answered(self, answer)
    if (status === 200) return { status, body: url.endsWith('/') ? own + body : own, vouched }
    log(self, 'error', `upstream answered ${status}`, `Get "${url}": ${body.trim()}`)
    return { status: 503, body: `upstream answered ${status}\n` }
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    log(self, 'error', 'upstream request failed', goError(error))
    return { status: error.timedOut ? 504 : 502, body: `${goError(error)}\n` }
  }
}

/** Has the address looked up again when it is old; without an answer the old one stays in use. */
function refresh(self: Process, url: string, known: Known): void {
  const { address: old } = known
  if (old === undefined || self.now() < known.untilMs) return
  known.untilMs = self.now() + addressMs
  self.thread('resolver', async (resolver) => {
    const found = await resolveHost(resolver, parseUrl(url).host, { timeoutMs: refreshTimeoutMs })
    remember(resolver, known, found.ok ? (found.value[0] ?? old) : old)
  })
}

function remember(self: Process, known: Known, address: string): void {
  if (known.address === address && self.now() < known.untilMs) return
  known.address = address
  known.untilMs = self.now() + addressMs
}

function log(p: Process, level: 'info' | 'error', says: string, error?: string): void {
  const more = error === undefined ? '' : ` error=${JSON.stringify(error)}`
  p.stdout.write(`${rfc3339(p.now())} level=${level} msg=${JSON.stringify(says)}${more}\n`)
}
