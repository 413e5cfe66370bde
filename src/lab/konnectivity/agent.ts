/**
 * `konnectivity-agent`: holds a connection to konnectivity's server and opens, from where it runs, the connections that the API
 * server asks for.
 *
 *     konnectivity-agent --proxy-server-host=10.0.0.11 [--proxy-server-port=8132] [--health-server-port=8134]
 *
 * Not imitated: TLS, tokens, several servers, drain, metrics, the keepalive that an idle tunnel sends once an hour.
 *
 * @see kubernetes-sigs/apiserver-network-proxy:pkg/agent/client.go, pkg/agent/clientset.go, cmd/agent/app/server.go
 */
import { dialWords } from '#lab/api/transport.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import { agentPort, dataPacket, type Packet, packetOf, send } from '#lab/konnectivity/wire.ts'
import { Klog } from '#lab/kubelet/klog.ts'
import { goKeepAlive } from '#lab/network/go-keep-alive.ts'
import { serveHttp } from '#lab/network/http.ts'
import type { Connection } from '#lab/network/ports.ts'

/** `--sync-interval` and `--sync-interval-cap`: the first pause after a failure, and the longest. */
const syncMs = 1000
const syncLongestMs = 10_000
/** agent/client.go: dialTimeout. */
const dialMs = 5000
/** gRPC gives up one attempt to connect after this (backoff.DefaultConfig: MinConnectTimeout). */
const connectMs = 20_000

interface Agent {
  readonly p: Process
  readonly log: Klog
  readonly id: string
  connected: boolean
}

export const konnectivityAgent: Program = async (p) => {
  const flag = (name: string): string | undefined =>
    p.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const agent: Agent = { p, log: new Klog(p), id: p.random.uuid(), connected: false }
  const server = {
    address: flag('proxy-server-host') ?? '127.0.0.1',
    port: Number(flag('proxy-server-port') ?? agentPort),
  }
  await serveHttp(p, { port: Number(flag('health-server-port') ?? 8134) }, ({ path }) => {
    if (path === '/healthz') return { status: 200, body: 'ok', vouched: true }
    if (path !== '/readyz') return { status: 404, body: '404 page not found\n' }
    return agent.connected
      ? { status: 200, body: 'ok', vouched: true }
      : { status: 503, body: '[-]server-connected failed: no servers connected\n' }
  })
  p.thread('sync', (self) => sync(self, agent, server))
  return untilTerminated(p, 0)
}

async function sync(
  self: Process,
  agent: Agent,
  server: { readonly address: string; readonly port: number },
): Promise<void> {
  let pauseMs = syncMs
  for (;;) {
    const tunnel = await connect(self, agent, server)
    if (tunnel !== undefined) {
      pauseMs = syncMs
      await serve(self, agent, tunnel)
    }
    await self.sleep(pauseMs)
    pauseMs = Math.min(pauseMs * 1.5, syncLongestMs)
  }
}

interface Tunnel {
  readonly connection: Connection
  readonly serverId: string
}

async function connect(
  self: Process,
  { log, id }: Agent,
  server: { readonly address: string; readonly port: number },
): Promise<Tunnel | undefined> {
  try {
    // gRPC's own keep-alive is an hour apart, and its client dials as Go does (grpc/grpc-go:internal/transport/http2_client.go).
    const connection = await self.net.connect(self.task, server, {
      timeoutMs: connectMs,
      keepAlive: goKeepAlive,
    })
    send(connection, { konnectivity: 'connect', agentId: id })
    const answer = await connection.receive(self.task)
    const packet = answer === undefined || answer === 'closed' ? undefined : packetOf(answer)
    if (packet?.konnectivity === 'connected') return { connection, serverId: packet.serverId }
    connection.close()
  } catch (error) {
    if (!isErrno(error)) throw error
    const dial = `transport: Error while dialing: dial tcp ${server.address}:${server.port}: ${dialWords(error)}`
    log.error('clientset.go:226', 'cannot connect once', {
      err: `rpc error: code = Unavailable desc = connection error: desc = ${JSON.stringify(dial)}`,
    })
  }
  return undefined
}

async function serve(self: Process, agent: Agent, { connection, serverId }: Tunnel): Promise<void> {
  const about = { serverID: serverId, agentID: agent.id }
  agent.log.info('client.go:231', 'Connect to server', { serverID: serverId })
  agent.log.info('client.go:336', 'Start serving', about)
  agent.connected = true
  agent.p.moved()
  const open = new Map<number, Connection>()
  try {
    for (;;) {
      const payload = await connection.receive(self.task)
      if (payload === undefined || payload === 'closed') {
        agent.log.info('client.go:354', 'received EOF, exit', about)
        break
      }
      const packet = packetOf(payload)
      if (packet !== undefined) take(self, agent, connection, open, packet)
    }
  } catch (error) {
    if (!isErrno(error)) throw error
    agent.log.error('client.go:365', 'could not read stream', {
      ...about,
      err: `rpc error: code = Unavailable desc = error reading from server: ${error.message.toLowerCase()}`,
    })
  }
  agent.connected = false
  agent.p.moved()
  for (const each of open.values()) each.close()
  connection.close()
}

function take(
  self: Process,
  agent: Agent,
  tunnel: Connection,
  open: Map<number, Connection>,
  packet: Packet,
): void {
  if (packet.konnectivity === 'dial')
    self.thread('dial', (thread) => dial(thread, agent, tunnel, open, packet))
  else if (packet.konnectivity === 'data') open.get(packet.id)?.send(packet.data)
  else if (packet.konnectivity === 'close') {
    open.get(packet.id)?.close()
    open.delete(packet.id)
  }
}

/** Opens one connection from here and carries what comes on it. */
async function dial(
  self: Process,
  { log }: Agent,
  tunnel: Connection,
  open: Map<number, Connection>,
  { id, address, port }: Extract<Packet, { konnectivity: 'dial' }>,
): Promise<void> {
  let connection: Connection
  try {
    connection = await self.net.connect(
      self.task,
      { address, port },
      { timeoutMs: dialMs, keepAlive: goKeepAlive },
    )
  } catch (error) {
    if (!isErrno(error)) throw error
    const says = `dial tcp ${address}:${port}: ${dialWords(error)}`
    log.info('client.go:449', 'error dialing backend', { error: says, dialID: id })
    return send(tunnel, { konnectivity: 'dialled', id, error: says })
  }
  open.set(id, connection)
  send(tunnel, { konnectivity: 'dialled', id, error: '' })
  try {
    for (;;) {
      const payload = await connection.receive(self.task)
      if (payload === undefined || payload === 'closed') break
      send(tunnel, dataPacket(id, payload))
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  open.delete(id)
  connection.close()
  send(tunnel, { konnectivity: 'close', id })
}
