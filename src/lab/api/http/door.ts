/**
 * The lab's API for node:http: each request enters the lab at its present virtual time, costs {@link serviceMs} of it, and is
 * answered in its events. While no kube-apiserver process runs, connections are reset.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { yieldTurn } from '#base/turn.ts'
import { type Entrance, plainEntrance, type Reply } from '#lab/api/http/entrance.ts'
import type { ApiRequest, Sink } from '#lab/api/http/request.ts'
import { shiftJson, shiftLog, steadySkew } from '#lab/api/http/skew.ts'
import { tlsClient } from '#lab/api/http/tls-client.ts'
import { acceptUpgrade } from '#lab/api/http/upgrade.ts'
import type { ApiServer } from '#lab/api/server.ts'
import type { LabDriver } from '#lab/driver.ts'

export interface DoorOptions {
  readonly driver: LabDriver
  /** Default: requests enter and leave no trace. */
  readonly entrance?: Entrance
  /** The wall's time less the lab's: what is added to times that clients are shown. Default: nothing. */
  readonly presentedSkewMs?: () => number
}

/** Listeners for a node:http server's `request` and `upgrade` events. */
export interface Door {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

const bodyBytesMax = 3 * 1024 * 1024
/** A watcher that is this far behind is cut off. */
const behindBytesMax = 64 * 1024 * 1024

/** Makes the door of an API server. Streams that are open when the server's process ends are reset. */
export function httpDoor(api: ApiServer, options: DoorOptions): Door {
  const { driver, entrance = plainEntrance(api) } = options
  const skewMs = steadySkew(options.presentedSkewMs ?? (() => 0))
  const open = new Set<{ destroy(): void }>()
  api.onServing(() => {
    if (api.process === undefined) for (const each of [...open]) each.destroy()
  })
  return {
    request: (request, response) => {
      open.add(response)
      response.on('close', () => open.delete(response))
      const answer = async (): Promise<void> => {
        const body = await bodyOf(request)
        const asked = apiRequest(request, body, skewMs())
        const reply = new HttpReply(response, { skewMs, log: isTimestamped(asked.url), request })
        const gone = entrance.request(asked, reply)
        response.on('close', () => {
          // Also told after an answer that is complete; then there is nothing left to end in the lab.
          if (!reply.ended) gone()
        })
        await driver.until(() => reply.settled(isLong(asked.url)))
      }
      // The lab has come to an end or crashed, or the client went away while it sent.
      answer().catch(() => response.destroy())
    },
    upgrade: (request, socket, head) => {
      open.add(socket)
      socket.on('close', () => open.delete(socket))
      const asked = apiRequest(request, Buffer.alloc(0), skewMs())
      acceptUpgrade({ request, socket, head, asked }, { driver, entrance, version: api.kubernetesVersion })
    },
  }
}

/** As a machine answers on a port where nobody listens any more. A TLS connection can only be closed. */
function cutOff({ socket }: IncomingMessage): void {
  if (tlsClient({ socket }) === undefined) socket.resetAndDestroy()
  else socket.destroy()
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new Error('the body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function apiRequest(request: IncomingMessage, body: Buffer, skewMs: number): ApiRequest {
  const headers = headersOf(request)
  const binary = headers['content-type']?.includes('protobuf') ?? false
  const client = tlsClient(request)
  return {
    method: request.method ?? 'GET',
    url: unskewed(request.url ?? '/', skewMs),
    headers,
    body: binary ? body : shiftJson(body.toString(), -skewMs),
    ...(client === undefined ? {} : { client }),
  }
}

/** Headers as texts. */
export const headersOf = (request: IncomingMessage): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )

function unskewed(url: string, skewMs: number): string {
  if (!url.includes('sinceTime=')) return url
  return url.replace(/sinceTime=([^&]*)/, (_whole, time: string) => {
    const moved = shiftJson(`"${decodeURIComponent(time)}"`, -skewMs).slice(1, -1)
    return `sinceTime=${encodeURIComponent(moved)}`
  })
}

const isLong = (url: string): boolean => /[?&](watch|follow)=(true|1)(&|$)/.test(url)
const isTimestamped = (url: string): boolean => /\/log\?(.*&)?timestamps=true/.test(url)

interface ReplyOptions {
  readonly skewMs: () => number
  /** The body is a log with times. */
  readonly log: boolean
  readonly request: IncomingMessage
}

class HttpReply implements Reply {
  readonly #response: ServerResponse
  readonly #o: ReplyOptions
  #queue: string[] = []
  #flushing = false
  #ended = false

  constructor(response: ServerResponse, o: ReplyOptions) {
    this.#response = response
    this.#o = o
  }

  /** The answer is complete. */
  get ended(): boolean {
    return this.#ended
  }

  cutOff(): void {
    cutOff(this.#o.request)
  }

  /** Whether whoever waits for the answer can go on: it is complete, or (`long`) its head is there. */
  settled(long: boolean): boolean {
    return this.#ended || this.#response.destroyed || (long && this.#response.headersSent)
  }

  send(code: number, headers: Readonly<Record<string, string>>, body: string | Uint8Array): void {
    this.#ended = true
    const shown = typeof body === 'string' ? this.#shown(body) : body
    this.#response.writeHead(code, { ...headers, 'content-length': Buffer.byteLength(shown) })
    this.#response.end(shown)
  }

  stream(code: number, headers: Readonly<Record<string, string>>): Sink {
    this.#response.writeHead(code, headers)
    this.#response.flushHeaders()
    const end = (): void => {
      this.#ended = true
      this.#response.end(this.#queue.splice(0).join(''))
    }
    return {
      write: (chunk) => {
        this.#queue.push(this.#shown(chunk))
        void this.#flush()
      },
      end,
      breakOff: end,
    }
  }

  /** Whoever carried the request in tells it. */
  onClose(): void {}

  #shown(text: string): string {
    return this.#o.log ? shiftLog(text, this.#o.skewMs()) : shiftJson(text, this.#o.skewMs())
  }

  /** Writes once per turn of the process what has come in it. */
  async #flush(): Promise<void> {
    if (this.#flushing) return
    this.#flushing = true
    await yieldTurn()
    this.#flushing = false
    if (this.#ended || this.#response.destroyed) return
    this.#response.write(this.#queue.splice(0).join(''))
    if (this.#response.writableLength > behindBytesMax) this.#response.destroy()
  }
}
