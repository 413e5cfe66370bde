/**
 * `konnectivity-server`: agents connect to it from the nodes, the API server asks it for connections, and it has one of the
 * agents open them.
 *
 * Not imitated: TLS and tokens of agents, several servers and their leases, the strategies destHost and defaultRoute, metrics.
 *
 * @see kubernetes-sigs/apiserver-network-proxy:pkg/server/server.go, pkg/server/backend_manager.go
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import { agentPort, frontendPort, type Packet, packetOf, send } from '#lab/konnectivity/wire.ts'
import { Klog } from '#lab/kubelet/klog.ts'
import { grpcServerKeepAlive } from '#lab/network/go-keep-alive.ts'
import type { Connection } from '#lab/network/ports.ts'

interface Agent {
  readonly id: string
  readonly connection: Connection
  /** The API server's ends of what this agent carries. */
  readonly frontends: Map<number, Connection>
}

interface Server {
  readonly p: Process
  readonly id: string
  readonly log: Klog
  readonly agents: Set<Agent>
  lastDial: number
}

export const konnectivityServer: Program = async (p) => {
  const flag = (name: string, missing: number): number =>
    Number(p.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? missing)
  const server: Server = { p, id: p.random.uuid(), log: new Klog(p), agents: new Set(), lastDial: 0 }
  try {
    await p.net.listen({ address: '127.0.0.1', port: flag('server-port', frontendPort) }, (connection) => {
      p.thread('frontend', (self) => serveFrontend(self, server, connection))
    })
    const agents = { port: flag('agent-port', agentPort), keepAlive: grpcServerKeepAlive }
    await p.net.listen(agents, (connection) => {
      p.thread('agent', (self) => serveAgent(self, server, connection))
    })
  } catch (error) {
    if (!isErrno(error)) throw error
    server.log.error('main.go:37', 'the server could not run', {
      err: `listen tcp: bind: ${error.message.toLowerCase()}`,
    })
    return 1
  }
  return untilTerminated(p, 0)
}

/** The next packet; `undefined` when the connection is over, in whatever way. */
async function next(self: Process, connection: Connection): Promise<Packet | undefined> {
  try {
    const payload = await connection.receive(self.task)
    return payload === undefined || payload === 'closed' ? undefined : packetOf(payload)
  } catch (error) {
    if (!isErrno(error)) throw error
    return undefined
  }
}

async function serveAgent(self: Process, server: Server, connection: Connection): Promise<void> {
  const first = await next(self, connection)
  if (first?.konnectivity !== 'connect') return connection.close()
  const agent: Agent = { id: first.agentId, connection, frontends: new Map() }
  const about = { agentID: agent.id, serverID: server.id }
  server.log.info('server.go:767', 'Connect request from agent', about)
  send(connection, { konnectivity: 'connected', serverId: server.id })
  server.agents.add(agent)
  for (let packet = await next(self, connection); packet !== undefined; packet = await next(self, connection))
    fromAgent(agent, packet)
  server.agents.delete(agent)
  server.log.info('server.go:834', 'Receive stream from agent is closed', about)
  for (const frontend of agent.frontends.values()) frontend.close()
  connection.close()
}

function fromAgent({ frontends }: Agent, packet: Packet): void {
  if (!('id' in packet)) return
  const frontend = frontends.get(packet.id)
  if (frontend === undefined) return
  send(frontend, packet)
  const isOver = packet.konnectivity === 'close' || (packet.konnectivity === 'dialled' && packet.error !== '')
  if (!isOver) return
  frontends.delete(packet.id)
  frontend.close()
}

/** One connection of the API server: a dial, and what is said on it. */
async function serveFrontend(self: Process, server: Server, frontend: Connection): Promise<void> {
  const dial = await next(self, frontend)
  if (dial?.konnectivity !== 'dial') return frontend.close()
  const id = ++server.lastDial
  const agents = [...server.agents]
  const agent = agents.length === 0 ? undefined : server.p.random.pick(agents)
  if (agent === undefined) {
    server.log.error('server.go:504', 'Failed to get a backend', { err: 'No agent available', dialID: id })
    send(frontend, { konnectivity: 'dialled', id, error: 'No agent available' })
    return frontend.close()
  }
  agent.frontends.set(id, frontend)
  send(agent.connection, { ...dial, id })
  for (let packet = await next(self, frontend); packet !== undefined; packet = await next(self, frontend))
    if (packet.konnectivity === 'data') send(agent.connection, { ...packet, id })
  // The API server has gone, or the agent's end has closed it.
  if (agent.frontends.delete(id)) send(agent.connection, { konnectivity: 'close', id })
  frontend.close()
}
