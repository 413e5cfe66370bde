/**
 * HTTP on the server's own port for programs of the lab that speak it: kubelet's probes of /livez, curl. Framed as
 * network/http.ts frames it: a request is one payload, its answer another.
 *
 * Not imitated: answers in pieces; a watch is answered whole when its time is up.
 */
import type { Responder } from '#lab/api/http/request.ts'
import type { ApiServer } from '#lab/api/server.ts'
import type { Connection, Payload } from '#lab/network/ports.ts'

interface HttpPayload {
  readonly http: 'request'
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const isHttp = (payload: Payload): payload is Payload & HttpPayload =>
  typeof payload === 'object' && payload.http === 'request'

/** Answers one request on its connection. */
export function answerHttp(api: ApiServer, request: HttpPayload, connection: Connection): void {
  const { method, path: url, body } = request
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  api.handle({ method, url, headers, body, inside: true }, responderOn(connection))
}

function responderOn(connection: Connection): Responder {
  const send = (status: number, headers: Readonly<Record<string, string>>, body: string): void =>
    connection.send(Object.freeze({ http: 'response', status, headers, body, sizeBytes: 150 + body.length }))
  return {
    send: (status, headers, body) =>
      send(status, headers, typeof body === 'string' ? body : new TextDecoder().decode(body)),
    stream: (status, headers) => {
      const chunks: string[] = []
      const end = (): void => send(status, headers, chunks.join(''))
      return { write: (chunk) => chunks.push(chunk), end, breakOff: end }
    },
    onClose: () => {},
  }
}
