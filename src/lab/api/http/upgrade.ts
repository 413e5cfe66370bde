/** exec and attach: connections that become streams, by WebSocket or by SPDY/3.1. */
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { authorize } from '#lab/api/authorize.ts'
import { headersOf } from '#lab/api/http/door.ts'
import { identityOf } from '#lab/api/http/identity.ts'
import { route } from '#lab/api/http/route.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { noSuchPath, Refusal, statusOf } from '#lab/api/status.ts'
import {
  type ClientStreams,
  type ExecDoor,
  type ExecOptions,
  execKind,
  KubeletRefusal,
  type KubeletStreams,
  startExec,
} from '#lab/api/streams/exec.ts'
import { spdyProtocol, spdyStreams } from '#lab/api/streams/spdy-session.ts'
import { webSocketProtocols, webSocketStreams } from '#lab/api/streams/websocket-session.ts'
import type { LabDriver } from '#lab/driver.ts'

export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

interface Ways {
  readonly driver: LabDriver
  readonly enter: (run: () => void) => Promise<void>
}

const sockets = new WebSocketServer({
  noServer: true,
  handleProtocols: (offered) => webSocketProtocols.find((each) => offered.has(each)) ?? false,
})

/** Answers a request to upgrade: with streams, or like any request when it is refused. */
export function acceptUpgrade(api: ApiServer, upgrade: Upgrade, ways: Ways): void {
  const { socket } = upgrade
  let finished = false
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    finished = true
  })
  const refuse = (refusal: Refusal): void => {
    if (refusal instanceof KubeletRefusal)
      write(socket, refusal.code, 'text/plain; charset=utf-8', refusal.message)
    else write(socket, refusal.code, 'application/json', JSON.stringify(statusOf(refusal)))
  }
  const begin = (): void => {
    try {
      if (api.process === undefined) socket.destroy()
      else startExec(api, askedOf(api, upgrade.request), doorOf(upgrade, ways, refuse))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refuse(error)
    }
  }
  ways
    .enter(begin)
    .then(() => ways.driver.until(() => finished))
    .catch(() => socket.destroy()) // the lab has come to an end
}

function askedOf(api: ApiServer, request: IncomingMessage): ExecOptions {
  const url = new URL(request.url ?? '/', 'http://lab')
  const user = identityOf(api, { method: 'GET', url: '', headers: headersOf(request), body: '' })
  const found = route(api.state.registry, url.pathname)
  const kind = execKind(found?.subresource)
  if (found?.name === undefined || kind === undefined) throw noSuchPath()
  // A WebSocket begins with GET, and until 1.35 that needs another verb than SPDY's POST.
  authorize(api.state, user, { verb: request.method === 'POST' ? 'create' : 'get', ...found })
  return { kind, target: { ...found, name: found.name }, query: url.searchParams }
}

function doorOf(upgrade: Upgrade, ways: Ways, refuse: (refusal: Refusal) => void): ExecDoor {
  const { request, socket } = upgrade
  const enter = (run: () => void): void => {
    ways.enter(run).catch(() => socket.destroy()) // the lab has come to an end
  }
  const streams = request.headers.upgrade?.toLowerCase() === 'websocket' ? webSocket : spdy
  return {
    refuse,
    accept: (kubelet) => streams(upgrade, kubelet, enter),
  }
}

function webSocket(
  { request, socket, head }: Upgrade,
  kubelet: KubeletStreams,
  enter: (run: () => void) => void,
): ClientStreams {
  const streams: ClientStreams[] = []
  // ws answers a handshake that it refuses by itself; completed ones call back before handleUpgrade returns.
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    if (webSocket.protocol === '') webSocket.close(1002)
    else streams.push(webSocketStreams(webSocket, kubelet, enter))
  })
  const [made] = streams
  if (made !== undefined) return made
  kubelet.close()
  return { output: () => {}, finish: () => {}, abort: () => {} }
}

function spdy(
  { request, socket, head }: Upgrade,
  kubelet: KubeletStreams,
  enter: (run: () => void) => void,
): ClientStreams {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${spdyProtocol}\r\n\r\n`,
  )
  if (head.length > 0) socket.unshift(head)
  const query = new URL(request.url ?? '/', 'http://lab').searchParams
  const asked = ['stdin', 'stdout', 'stderr'].filter((name) => query.get(name) === 'true')
  return spdyStreams(socket, kubelet, { expected: ['error', ...asked], enter })
}

function write(socket: Duplex, code: number, type: string, body: string): void {
  const head = [
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Error'}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
