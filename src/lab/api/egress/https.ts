/** One HTTPS request of the API server to a backend, worded as client-go and Go's net/http word what goes wrong. */
import { DialFailure, type Egress, type Endpoint } from '#lab/api/egress/egress.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { askOn, type HttpResponse } from '#lab/network/http.ts'
import type { Connection } from '#lab/network/ports.ts'
import { TlsFailure, tlsClient } from '#lab/network/tls.ts'

export interface HttpsRequest {
  readonly method: string
  /** The name in the URL and in the certificate: `svc.ns.svc`. */
  readonly host: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** PEM. */
  readonly authorities: string
  /** `false`: any certificate will do. */
  readonly verify?: boolean
  readonly deadlineMs: number
  /** Where to connect. Throws DialFailure. */
  readonly resolve: () => Endpoint
}

/** No answer came; the message is what follows `Post "https://…": `. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

const deadlineWords = 'context deadline exceeded'

/** Asks and answers the response, whatever its status. Rejects with NoAnswer. */
export async function askHttps(self: Process, egress: Egress, request: HttpsRequest): Promise<HttpResponse> {
  const left = (): number => Math.max(0, request.deadlineMs - self.now())
  const connection = await dial(self, egress, request, left())
  return exchanged(connection, async () => {
    if ((await handshake(self, connection, request)) === 'deadline') throw new NoAnswer(deadlineWords)
    const { host, path } = request
    return askOn(
      self,
      connection,
      { host, port: 443, path },
      {
        method: request.method,
        timeoutMs: left(),
        ...(request.headers === undefined ? {} : { headers: request.headers }),
        ...(request.body === undefined ? {} : { body: request.body }),
      },
    )
  })
}

/** What came of asking on a connection, which is closed then. Rejects with NoAnswer in Go's words. */
export async function exchanged(
  connection: Connection,
  ask: () => ReturnType<typeof askOn>,
): Promise<HttpResponse> {
  try {
    const answer = await ask()
    if (answer === undefined) throw new NoAnswer(deadlineWords)
    if (answer === 'closed') throw new NoAnswer('EOF')
    if (answer === 'not-http')
      throw new NoAnswer('net/http: HTTP/1.x transport connection broken: malformed HTTP response')
    return answer
  } catch (error) {
    if (error instanceof TlsFailure) throw new NoAnswer(error.message)
    if (!isErrno(error)) throw error
    const ends = [connection.local, connection.remote].map(({ address, port }) => `${address}:${port}`)
    throw new NoAnswer(`read tcp ${ends.join('->')}: read: ${error.message.toLowerCase()}`)
  } finally {
    connection.close()
  }
}

async function dial(
  self: Process,
  egress: Egress,
  { resolve, deadlineMs }: HttpsRequest,
  leftMs: number,
): Promise<Connection> {
  try {
    return await egress.dial(self, resolve(), { timeoutMs: Math.min(leftMs, dialMs) })
  } catch (error) {
    if (!(error instanceof DialFailure)) throw error
    // The request's context ends before the dialer does.
    throw new NoAnswer(error.timedOut && self.now() >= deadlineMs ? deadlineWords : error.message)
  }
}

/** client-go's and apimachinery's dialer: net.Dialer{Timeout: 30 * time.Second}. */
const dialMs = 30_000

const handshake = (
  self: Process,
  connection: Connection,
  { host, authorities, verify = true, deadlineMs }: HttpsRequest,
): Promise<'done' | 'deadline'> =>
  tlsClient(self, connection, { serverName: host, authorities, deadlineMs, verify })
