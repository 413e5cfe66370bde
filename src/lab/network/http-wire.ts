/** HTTP messages as payloads of a connection. */
import type { HttpOptions, HttpRequest, HttpResponse, Target } from '#lab/network/http.ts'
import type { Payload } from '#lab/network/ports.ts'

/** About what the start line and usual headers take. */
const headBytes = 150

export function requestPayload({ host, port, path }: Target, o: HttpOptions): Payload {
  const { method = 'GET', headers = {}, body = '', shown } = o
  const name = port === 80 ? host : `${host}:${port}`
  return Object.freeze({
    http: 'request',
    method,
    path,
    host: name,
    headers,
    body,
    ...(shown === undefined ? {} : { shown }),
    sizeBytes: headBytes + body.length,
  })
}

export function responsePayload({ status, headers = {}, body, vouched = false }: HttpResponse): Payload {
  return Object.freeze({
    http: 'response',
    status,
    headers,
    body,
    vouched,
    sizeBytes: headBytes + body.length,
  })
}

/** What came as a request; `undefined` for what is none. */
export function requestOf(payload: Payload, from: string): HttpRequest | undefined {
  if (typeof payload === 'string' || payload.http !== 'request') return undefined
  // Made by requestPayload.
  return { ...(payload as unknown as Omit<HttpRequest, 'from'>), from }
}

/** What came as a response; `undefined` for what is none. */
export function responseOf(payload: Payload): HttpResponse | undefined {
  if (typeof payload === 'string' || payload.http !== 'response') return undefined
  return payload as unknown as HttpResponse // made by responsePayload
}
