/**
 * HTTP/1.1 between programs of the lab: a request is one payload, a response another, several on one connection.
 *
 * Not imitated: TLS, bodies in pieces, redirects, proxies, upgrades, headers that only frame.
 */
import { isErrno, type Process } from '#lab/host/ports.ts'
import { resolveHost } from '#lab/network/dns.ts'
import { HttpFailure } from '#lab/network/http-failure.ts'
import { requestOf, requestPayload, responseOf, responsePayload } from '#lab/network/http-wire.ts'
import type { Connection, Listener, Way } from '#lab/network/ports.ts'

export interface HttpRequest {
  readonly method: string
  readonly path: string // with its query
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The certificate (PEM) that the client showed in a handshake that is left out. */
  readonly shown?: string
  /** Who asks, as this end sees it. */
  readonly from: string
}

export interface HttpResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  /**
   * Who asks again in the same epoch gets the same answer, and being asked leaves no trace (docs/decisions/0012). Never on
   * the wire of a real server: no program but a health check looks at it.
   */
  readonly vouched?: boolean
}

/** An answer, and how the question got there. */
export interface HttpAnswer extends HttpResponse {
  readonly way: Way
}

/** Whether the same question would be answered alike as long as the epoch stands. */
export const isSure = ({ vouched, way }: HttpAnswer): boolean => vouched === true && way.choices === 1

/** An answer that needs a thread of its own, since it waits for something. */
export type HttpWork = (self: Process) => Promise<HttpResponse>

export type HttpHandler = (request: HttpRequest) => HttpResponse | HttpWork

/** Serves until the process ends or the listener is closed; a thread for each answer that waits. Rejects as `net.listen` does. */
export function serveHttp(
  p: Process,
  at: { readonly port: number; readonly address?: string },
  handler: HttpHandler,
): Promise<Listener> {
  return p.net.listen(at, (connection) => answerAll(p, connection, handler))
}

export interface HttpOptions {
  /** For the whole exchange, name resolution included. */
  readonly timeoutMs?: number
  /** For name resolution and TCP. */
  readonly connectTimeoutMs?: number
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** A certificate (PEM) for a server that looks at its clients'. */
  readonly shown?: string
  /** Where to connect, in place of looking the URL's host up. */
  readonly address?: string
  /** Told before TCP dials, and when it is connected. */
  readonly onTry?: (address: string, port: number) => void
  readonly onConnect?: (address: string, port: number) => void
}

/** One request on a connection of its own. Rejects with {@link HttpFailure}, whose words the caller chooses. */
export async function httpGet(p: Process, url: string, o: HttpOptions = {}): Promise<HttpAnswer> {
  const target = parseUrl(url)
  const startedMs = p.now()
  const deadlineMs = o.timeoutMs === undefined ? Number.POSITIVE_INFINITY : startedMs + o.timeoutMs
  const connectMs = Math.min(deadlineMs, startedMs + (o.connectTimeoutMs ?? Number.POSITIVE_INFINITY))
  const fail = (
    o: Omit<ConstructorParameters<typeof HttpFailure>[0], 'url' | 'target' | 'afterMs'>,
  ): HttpFailure => new HttpFailure({ url, target, afterMs: p.now() - startedMs, ...o })

  const found = await resolveHost(p, o.address ?? target.host, { timeoutMs: connectMs - startedMs })
  if (!found.ok)
    throw fail({
      stage: 'resolve',
      cause: found.error.kind === 'gave-up' ? 'deadline' : 'error',
      lookup: found.error,
    })
  const address = found.value[0] ?? ''
  o.onTry?.(address, target.port)
  const connection = await connect(p, { address, port: target.port, timeoutMs: connectMs - p.now() }).catch(
    (error: unknown) => {
      if (!isErrno(error)) throw error
      const limit = deadlineMs <= connectMs ? 'deadline' : 'connect-deadline'
      const isLimit = error.code === 'ETIMEDOUT' && p.now() >= connectMs
      throw fail({ stage: 'connect', cause: isLimit ? limit : 'error', code: error.code, address })
    },
  )
  o.onConnect?.(address, target.port)
  try {
    connection.send(requestPayload(target, o))
    const timeoutMs = deadlineMs - p.now()
    const answer = await connection.receive(
      p.task,
      Number.isFinite(timeoutMs) ? { timeoutMs: Math.max(0, timeoutMs) } : {},
    )
    if (answer === undefined) throw fail({ stage: 'receive', cause: 'deadline', address })
    if (answer === 'closed') throw fail({ stage: 'receive', cause: 'closed', address })
    const response = responseOf(answer)
    if (!response) throw fail({ stage: 'receive', cause: 'not-http', address })
    return { ...response, way: connection.way }
  } catch (error) {
    if (!isErrno(error)) throw error
    throw fail({ stage: 'receive', cause: 'error', code: error.code, address, local: connection.local })
  } finally {
    connection.close()
  }
}

export interface Target {
  readonly host: string
  readonly port: number
  readonly path: string
}

/** `http://host:port/path?query`; the scheme may be missing. */
export function parseUrl(url: string): Target {
  const match = /^(?:(https?):\/\/)?([^/:?#]+)(?::(\d+))?([^#]*)/.exec(url)
  const [, scheme = 'http', host = '', port, path = ''] = match ?? []
  return {
    host,
    port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port),
    path: path.startsWith('/') ? path : `/${path}`,
  }
}

function connect(p: Process, o: { address: string; port: number; timeoutMs: number }): Promise<Connection> {
  const { address, port, timeoutMs } = o
  return p.net.connect(
    p.task,
    { address, port },
    Number.isFinite(timeoutMs) ? { timeoutMs: Math.max(0, timeoutMs) } : {},
  )
}

/** Answers every request that comes on a connection, and closes it at its end. */
export function answerAll(p: Process, connection: Connection, handler: HttpHandler): void {
  connection.follow({
    payload: (payload) => {
      const request = requestOf(payload, connection.remote.address)
      const answer = request ? handler(request) : { status: 400, body: 'Bad Request' }
      if (typeof answer === 'function')
        p.thread('http', async (self) => connection.send(responsePayload(await answer(self))))
      else connection.send(responsePayload(answer))
      if (!request) connection.close()
    },
    closesWithOther: true,
    end: () => connection.close(),
  })
}

/**
 * One request on a connection that is open already; the answer, or why there is none: `closed` (the other end hung up),
 * `not-http`, `undefined` (nothing within `timeoutMs`). Rejects with Errno when the connection breaks.
 */
export async function askOn(
  self: Process,
  connection: Connection,
  target: Target,
  o: HttpOptions = {},
): Promise<HttpResponse | 'closed' | 'not-http' | undefined> {
  connection.send(requestPayload(target, o))
  const wait = o.timeoutMs === undefined ? {} : { timeoutMs: Math.max(0, o.timeoutMs) }
  const answer = await connection.receive(self.task, wait)
  return answer === undefined || answer === 'closed' ? answer : (responseOf(answer) ?? 'not-http')
}

/** Answers one request, for who serves more than HTTP on a port. */
export const respond = (connection: Connection, response: HttpResponse): void =>
  connection.send(responsePayload(response))

/** The reason phrase of a status. */
export const statusText = (status: number): string => statusTexts[status] ?? ''

const statusTexts: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}
