/** exec, attach and port-forward: connections that become streams, by WebSocket or by SPDY/3.1. */
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { authorize } from '#lab/api/authorize.ts'
import { headersOf } from '#lab/api/http/door.ts'
import { identityOf } from '#lab/api/http/identity.ts'
import { type Route, route } from '#lab/api/http/route.ts'
import { tlsClient } from '#lab/api/http/tls-client.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { noSuchPath, type Refusal, statusOf } from '#lab/api/status.ts'
import { tcpSocket, tunnelSocket } from '#lab/api/streams/byte-socket.ts'
import {
  type ClientStreams,
  type ExecDoor,
  KubeletRefusal,
  type KubeletStreams,
  startExec,
} from '#lab/api/streams/exec.ts'
import {
  channelForward,
  forwardProtocol,
  spdyForward,
  tunnelProtocol,
} from '#lab/api/streams/forward-session.ts'
import {
  type ForwardClient,
  type ForwardDoor,
  type ForwardPod,
  startForward,
} from '#lab/api/streams/port-forward.ts'
import { spdyProtocol, spdyStreams } from '#lab/api/streams/spdy-session.ts'
import { webSocketProtocols, webSocketStreams } from '#lab/api/streams/websocket-session.ts'
import { attributesOf, type Caller } from '#lab/api/verbs/state.ts'
import { Admission, admitted } from '#lab/api/webhooks/admission.ts'
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

type Enter = (run: () => void) => void

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
  const enter: Enter = (run) => {
    ways.enter(run).catch(() => socket.destroy()) // the lab has come to an end
  }
  const begin = (): void => {
    if (api.process === undefined) {
      socket.destroy()
      return
    }
    const admission = new Admission(api)
    admitted(api, () => start(api, upgrade, { refuse, enter, admission }), { done: () => {}, failed: refuse })
  }
  ways
    .enter(begin)
    .then(() => ways.driver.until(() => finished))
    .catch(() => socket.destroy()) // the lab has come to an end
}

interface Start {
  readonly refuse: (refusal: Refusal) => void
  readonly enter: Enter
  readonly admission: Admission
}

/** Throws a Refusal for what can be seen at once. */
function start(api: ApiServer, upgrade: Upgrade, { refuse, enter, admission }: Start): void {
  const { request } = upgrade
  const url = new URL(request.url ?? '/', 'http://lab')
  const client = tlsClient(request)
  const user = identityOf(api, {
    method: 'GET',
    url: '',
    headers: headersOf(request),
    body: '',
    ...(client === undefined ? {} : { client }),
  })
  const found = route(api.state.registry, url.pathname)
  if (found?.name === undefined) throw noSuchPath()
  // A WebSocket begins with GET, and until 1.35 that needs another verb than SPDY's POST.
  authorize(api.state, user, { verb: request.method === 'POST' ? 'create' : 'get', ...found })
  connect({ user, admission }, found, url.searchParams)
  const target = { ...found, name: found.name }
  const query = url.searchParams
  if (found.subresource === 'exec' || found.subresource === 'attach')
    startExec(
      api,
      { kind: found.subresource, target, query },
      execDoor(api, upgrade, { refuse, enter, query }),
    )
  else if (found.subresource === 'portforward')
    startForward(api, target, forwardDoor(upgrade, { refuse, enter, query }))
  else throw noSuchPath()
}

/** Webhooks hear of it as of a CONNECT: staging:apiserver/pkg/endpoints/handlers/rest.go (ConnectResource). */
function connect(caller: Caller, found: Route, query: URLSearchParams): void {
  const { def, namespace, subresource } = found
  const kind = subresource === undefined ? def.kind : (def.subresources[subresource]?.kind ?? def.kind)
  const object = { kind, apiVersion: 'v1', ...Object.fromEntries(query), command: query.getAll('command') }
  const asked = attributesOf(caller, 'CONNECT', {
    def,
    namespace,
    subresource,
    name: found.name ?? '',
    object,
  })
  caller.admission?.mutate(asked, (each) => each)
  caller.admission?.validate(asked)
}

const isWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket'

const offered = ({ headers }: IncomingMessage): readonly string[] =>
  (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())

interface Doors {
  readonly refuse: (refusal: Refusal) => void
  readonly enter: Enter
  readonly query: URLSearchParams
}

function execDoor(api: ApiServer, upgrade: Upgrade, { refuse, enter, query }: Doors): ExecDoor {
  const { request } = upgrade
  const protocols = webSocketProtocols(api.kubernetesVersion)
  if (!isWebSocket(request)) return { refuse, accept: (kubelet) => spdy(upgrade, kubelet, { enter, query }) }
  return {
    refuse,
    // The best that both speak; only the newest is translated.
    translates: protocols[0] === newest && offered(request).includes(newest),
    accept: (kubelet) =>
      webSocket(upgrade, protocols, (socket) => webSocketStreams(socket, kubelet, enter)) ?? nobody(kubelet),
  }
}

const newest = 'v5.channel.k8s.io'

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

function spdy(
  { socket, head }: Upgrade,
  kubelet: KubeletStreams,
  { enter, query }: { readonly enter: Enter; readonly query: URLSearchParams },
): ClientStreams {
  switchProtocols(socket, head, spdyProtocol)
  const asked = ['stdin', 'stdout', 'stderr'].filter((name) => query.get(name) === 'true')
  return spdyStreams(tcpSocket(socket), kubelet, { expected: ['error', ...asked], enter })
}

function switchProtocols(socket: Duplex, head: Buffer, protocol: string): void {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  )
  if (head.length > 0) socket.unshift(head)
}

function forwardDoor(upgrade: Upgrade, { refuse, enter, query }: Doors): ForwardDoor {
  const { request, socket, head } = upgrade
  const accept = (pod: ForwardPod): ForwardClient => {
    if (!isWebSocket(request)) {
      switchProtocols(socket, head, forwardProtocol)
      return spdyForward(tcpSocket(socket), pod, enter)
    }
    if (offered(request).includes(tunnelProtocol)) return tunnel(upgrade, pod, enter) ?? nobody(pod)
    const ports = query.getAll('ports').flatMap((each) => each.split(',').map(Number))
    const channels = ['v4.channel.k8s.io', 'channel.k8s.io']
    return webSocket(upgrade, channels, (each) => channelForward(each, pod, { ports, enter })) ?? nobody(pod)
  }
  return { refuse, accept }
}

/** The protocol's name has a slash, which `ws` takes for no token: it is kept from it and put into the answer by hand. */
function tunnel(
  { request, socket, head }: Upgrade,
  pod: ForwardPod,
  enter: Enter,
): ForwardClient | undefined {
  const { 'sec-websocket-protocol': _hidden, ...headers } = request.headers
  request.headers = headers
  const server = new WebSocketServer({ noServer: true })
  server.on('headers', (lines) => lines.push(`Sec-WebSocket-Protocol: ${tunnelProtocol}`))
  const made: ForwardClient[] = []
  server.handleUpgrade(request, socket, head, (each) =>
    made.push(spdyForward(tunnelSocket(each), pod, enter)),
  )
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
