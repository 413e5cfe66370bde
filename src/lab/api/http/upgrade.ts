/** exec, attach and port-forward: connections that become streams, by WebSocket or by SPDY/3.1. */
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Entrance } from '#lab/api/http/entrance.ts'
import type { ApiRequest } from '#lab/api/http/request.ts'
import { isWebSocket, offered } from '#lab/api/http/streams.ts'
import { type Refusal, statusOf } from '#lab/api/status.ts'
import { tcpSocket, tunnelSocket } from '#lab/api/streams/byte-socket.ts'
import { type ClientStreams, KubeletRefusal, type KubeletStreams } from '#lab/api/streams/exec.ts'
import {
  channelForward,
  forwardProtocol,
  spdyForward,
  tunnelProtocol,
} from '#lab/api/streams/forward-session.ts'
import type { ForwardClient, ForwardPod } from '#lab/api/streams/port-forward.ts'
import { spdyProtocol, spdyStreams } from '#lab/api/streams/spdy-session.ts'
import { webSocketProtocols, webSocketStreams } from '#lab/api/streams/websocket-session.ts'
import type { LabDriver } from '#lab/driver.ts'

export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  /** The request as the server reads it. */
  readonly asked: ApiRequest
}

interface Ways {
  readonly driver: LabDriver
  readonly entrance: Entrance
  /** Of the server. */
  readonly version: string
}

/** Answers a request to upgrade: with streams, or like any request when it is refused. */
export function acceptUpgrade(upgrade: Upgrade, { driver, entrance, version }: Ways): void {
  const { socket, asked } = upgrade
  let finished = false
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    finished = true
  })
  const query = new URL(asked.url, 'http://lab').searchParams
  entrance.streams(asked, {
    cutOff: () => socket.destroy(),
    refuse: (refusal) => refuse(socket, refusal),
    exec: (kubelet) => execStreams(upgrade, kubelet, { query, protocols: webSocketProtocols(version) }),
    forward: (pod) => forwardStreams(upgrade, pod, query),
  })
  driver.until(() => finished).catch(() => socket.destroy()) // the lab has come to an end
}

function refuse(socket: Duplex, refusal: Refusal): void {
  if (refusal instanceof KubeletRefusal)
    write(socket, refusal.code, 'text/plain; charset=utf-8', refusal.message)
  else write(socket, refusal.code, 'application/json', JSON.stringify(statusOf(refusal)))
}

function execStreams(
  upgrade: Upgrade,
  kubelet: KubeletStreams,
  { query, protocols }: { readonly query: URLSearchParams; readonly protocols: readonly string[] },
): ClientStreams {
  if (!isWebSocket(upgrade.asked)) return spdy(upgrade, kubelet, query)
  return webSocket(upgrade, protocols, (socket) => webSocketStreams(socket, kubelet)) ?? nobody(kubelet)
}

/** The handshake was refused; what the command says is heard by nobody. */
function nobody(kubelet: KubeletStreams | ForwardPod): ClientStreams & ForwardClient {
  kubelet.close()
  const ignore = (): void => {}
  return { output: ignore, finish: ignore, abort: ignore, bytes: ignore, failed: ignore, end: ignore }
}

/** Completes the handshake; `undefined` when `ws` refused it by itself. */
function webSocket<T>(
  { request, socket, head }: Upgrade,
  protocols: readonly string[],
  made: (socket: WebSocket) => T,
): T | undefined {
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: (wanted) => protocols.find((each) => wanted.has(each)) ?? false,
  })
  const streams: T[] = []
  // Completed handshakes call back before handleUpgrade returns.
  server.handleUpgrade(request, socket, head, (webSocket) => {
    if (webSocket.protocol === '') webSocket.close(1002)
    else streams.push(made(webSocket))
  })
  return streams[0]
}

function spdy({ socket, head }: Upgrade, kubelet: KubeletStreams, query: URLSearchParams): ClientStreams {
  switchProtocols(socket, head, spdyProtocol)
  const asked = ['stdin', 'stdout', 'stderr'].filter((name) => query.get(name) === 'true')
  return spdyStreams(tcpSocket(socket), kubelet, { expected: ['error', ...asked] })
}

function switchProtocols(socket: Duplex, head: Buffer, protocol: string): void {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  )
  if (head.length > 0) socket.unshift(head)
}

function forwardStreams(upgrade: Upgrade, pod: ForwardPod, query: URLSearchParams): ForwardClient {
  const { asked, socket, head } = upgrade
  if (!isWebSocket(asked)) {
    switchProtocols(socket, head, forwardProtocol)
    return spdyForward(tcpSocket(socket), pod)
  }
  if (offered(asked).includes(tunnelProtocol)) return tunnel(upgrade, pod) ?? nobody(pod)
  const ports = query.getAll('ports').flatMap((each) => each.split(',').map(Number))
  const channels = ['v4.channel.k8s.io', 'channel.k8s.io']
  return webSocket(upgrade, channels, (each) => channelForward(each, pod, ports)) ?? nobody(pod)
}

/** The protocol's name has a slash, which `ws` takes for no token: it is kept from it and put into the answer by hand. */
function tunnel({ request, socket, head }: Upgrade, pod: ForwardPod): ForwardClient | undefined {
  const { 'sec-websocket-protocol': _hidden, ...headers } = request.headers
  request.headers = headers
  const server = new WebSocketServer({ noServer: true })
  server.on('headers', (lines) => lines.push(`Sec-WebSocket-Protocol: ${tunnelProtocol}`))
  const made: ForwardClient[] = []
  server.handleUpgrade(request, socket, head, (each) => made.push(spdyForward(tunnelSocket(each), pod)))
  return made[0]
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
