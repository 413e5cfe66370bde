/** A request and its answer, free of node:http: what comes from outside and what the lab's own HTTP clients send. */
import type { TlsClient } from '#lab/api/http/tls-client.ts'
import type { JsonObject } from '#lab/api/json.ts'

export interface ApiRequest {
  readonly method: string
  /** Path and query: `/api/v1/pods?limit=500`. */
  readonly url: string
  /** Lower-case names; several values of one header joined by `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array | string
  /** From inside the lab: whoever brings no credential is nobody. From outside it is the lab's owner. */
  readonly inside?: boolean
  /** Set when it came over TLS: then only what it shows counts. */
  readonly client?: TlsClient
}

export type Headers = Readonly<Record<string, string>>

/** A body that is sent piece by piece. */
export interface Sink {
  write(chunk: string): void
  /** The body is complete. */
  end(): void
  /**
   * What was passed on broke off. A client is not told: the server ends its answer as if it were whole
   * (staging:apiserver/pkg/endpoints/handlers/responsewriters/writers.go: StreamObject does not look at io.Copy's error).
   */
  breakOff(): void
}

/** Where an answer goes; exactly one of `send` and `stream` is called, now or later in virtual time. */
export interface Responder {
  send(code: number, headers: Headers, body: string | Uint8Array): void
  stream(code: number, headers: Headers): Sink
  /** Calls back once when the client has gone away. */
  onClose(tell: () => void): void
}

const json: Headers = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' }

/** Answers with a JSON value. */
export const sendJson = (
  to: Responder,
  code: number,
  value: JsonObject | string,
  headers: Headers = {},
): void =>
  to.send(code, { ...json, ...headers }, `${typeof value === 'string' ? value : JSON.stringify(value)}\n`)

export const sendText = (to: Responder, code: number, text: string): void =>
  to.send(code, { 'content-type': 'text/plain; charset=utf-8' }, text)
