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
import { type HttpAnswer, type HttpResponse, httpGet, parseUrl, serveHttp } from '#lab/network/http.ts'
import { goError, HttpFailure } from '#lab/network/http-failure.ts'

/** Less than the readiness probe's three seconds, so that the tier itself says what is wrong. */
const upstreamTimeoutMs = 2000
const addressMs = 30_000
const refreshTimeoutMs = 500

/** What the client knows of the upstream: its address, and which of the servers behind it were well in this epoch. */
interface Known {
  address: string | undefined
  untilMs: number
  epoch: number
  readonly well: Set<string>
}

export const shopTier: Program = async (p) => {
  const flag = (name: string): string | undefined =>
    p.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const name = flag('name') ?? 'tier'
  const upstream = flag('upstream')
  const known: Known = { address: undefined, untilMs: 0, epoch: 0, well: new Set() }
  await serveHttp(p, { port: 8080 }, ({ path }) => {
    switch (path) {
      case '/healthz':
        return { status: 200, body: 'ok\n', vouched: true }
      case '/ready':
        return upstream === undefined
          ? { status: 200, body: 'ready\n', vouched: true }
          : (self) => ask(self, `${upstream}/healthz`, { own: 'ready\n', known })
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
  return upstream === undefined ? { status: 200, body: own } : ask(self, `${upstream}/`, { own, known })
}

/** The upstream's answer behind `own`; 502 or 504 when there is none, 503 when the upstream itself has trouble. */
async function ask(
  self: Process,
  url: string,
  { own, known }: { readonly own: string; readonly known: Known },
): Promise<HttpResponse> {
  refresh(self, url, known)
  try {
    const answer = await httpGet(self, url, {
      timeoutMs: upstreamTimeoutMs,
      ...(known.address === undefined ? {} : { address: known.address }),
      onTry: (address) => remember(self, known, address),
    })
    const { status, body } = answer
    if (status === 200)
      return url.endsWith('/')
        ? { status, body: own + body }
        : { status, body: own, vouched: allAreWell(self, known, answer) }
    log(self, 'error', `upstream answered ${status}`, `Get "${url}": ${body.trim()}`)
    return { status: 503, body: `upstream answered ${status}\n` }
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    log(self, 'error', 'upstream request failed', goError(error))
    return { status: error.timedOut ? 504 : 502, body: `${goError(error)}\n` }
  }
}

/**
 * Whether any next request would be answered alike: each server that the Service could have chosen has been seen to be
 * well. Looking the name up again is left out with the request; an address that has become old is looked up by the next one.
 */
function allAreWell(self: Process, known: Known, { vouched, way }: HttpAnswer): boolean {
  if (known.epoch !== self.epoch) known.well.clear()
  known.epoch = self.epoch
  if (vouched === true) known.well.add(way.end)
  return known.well.size >= way.choices
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
