/**
 * HTTP/1.x between bytes and the values that the lab's programs exchange. Bytes are Latin-1 texts, one character each.
 *
 * Not imitated: chunked request bodies, upgrades, pipelined answers out of order.
 */
import { statusText } from '#lab/network/http.ts'
import type { Payload } from '#lab/network/ports.ts'

/** Turns bytes from a client into payloads: whole HTTP requests, or the bytes themselves when they are none. */
export class HttpBytes {
  #pending = ''

  push(bytes: string): readonly Payload[] {
    this.#pending += bytes
    const payloads: Payload[] = []
    for (;;) {
      const next = this.#next()
      if (next === undefined) return payloads
      payloads.push(next)
    }
  }

  #next(): Payload | undefined {
    if (this.#pending === '') return undefined
    if (!couldBeHttp(this.#pending)) {
      const text = this.#pending
      this.#pending = ''
      return Buffer.from(text, 'latin1').toString()
    }
    const end = this.#pending.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const [start = '', ...lines] = this.#pending.slice(0, end).split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).trim(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    )
    const find = (name: string): string =>
      Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? ''
    const length = Number(find('content-length') || 0)
    if (this.#pending.length < end + 4 + length) return undefined
    const body = Buffer.from(this.#pending.slice(end + 4, end + 4 + length), 'latin1').toString()
    this.#pending = this.#pending.slice(end + 4 + length)
    const [method = 'GET', path = '/'] = start.split(' ')
    return Object.freeze({
      http: 'request',
      method,
      path,
      host: find('host'),
      headers,
      body,
      sizeBytes: end + length,
    })
  }
}

const methods = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /

/** Whether bytes are the beginning of a request, as far as they go. */
const couldBeHttp = (bytes: string): boolean =>
  bytes.length < 8
    ? ['GET ', 'HEAD ', 'POST ', 'PUT ', 'PATCH ', 'DELETE ', 'OPTIONS '].some(
        (each) => each.startsWith(bytes.slice(0, each.length)) || bytes.startsWith(each),
      )
    : methods.test(bytes)

/** A payload of a program as bytes. */
export function bytesOf(payload: Payload): string {
  if (typeof payload === 'string') return Buffer.from(payload).toString('latin1')
  if (payload.http !== 'response') return ''
  const { status, body, headers } = payload as unknown as {
    readonly status: number
    readonly body: string
    readonly headers: Readonly<Record<string, string>>
  } // made by http.ts
  const bytes = Buffer.from(body).toString('latin1')
  const lines = Object.entries({
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
    'Content-Length': String(bytes.length),
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${statusText(status)}\r\n${lines.join('')}\r\n${bytes}`
}
