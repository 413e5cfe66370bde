/**
 * Connections by way of konnectivity: the API server asks the konnectivity server beside it, which has an agent on some node
 * open them. From there they go; the API server's own machine needs no way to nodes and pods. A dial is tried once, as each tunnel is
 * good for one: neither the client nor whoever dials through it (a request of a kubelet's log, an upgrade, a webhook) asks another agent.
 *
 * @see kubernetes-sigs/apiserver-network-proxy:konnectivity-client/pkg/client/client.go (CreateSingleUseGrpcTunnelWithContext)
 * @see kubernetes/kubernetes:staging/src/k8s.io/apiserver/pkg/server/egressselector/egress_selector.go
 */
import { DialFailure, type Egress, type Endpoint } from '#lab/api/egress/egress.ts'
import { dialWords } from '#lab/api/transport.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { dataPacket, type Packet, packetOf } from '#lab/konnectivity/wire.ts'
import type { Connection, Payload, Reader } from '#lab/network/ports.ts'

/** client.go: how long a dial is waited for whatever its own context says. */
const backstopMs = 30_000

/** The way out through the konnectivity server at `server`. */
export const tunnelEgress = (server: Endpoint): Egress => ({
  async dial(self, to, { timeoutMs }) {
    const startedMs = self.now()
    const tunnel = await open(self, server)
    try {
      return await dialled(self, tunnel, to, timeoutMs - (self.now() - startedMs))
    } catch (error) {
      tunnel.close()
      throw error
    }
  },
})

async function open(self: Process, server: Endpoint): Promise<Connection> {
  try {
    return await self.net.connect(self.task, server, { timeoutMs: backstopMs })
  } catch (error) {
    if (!isErrno(error)) throw error
    const dial = `transport: Error while dialing: dial tcp ${server.address}:${server.port}: ${dialWords(error)}`
    throw new DialFailure(
      `rpc error: code = Unavailable desc = connection error: desc = ${JSON.stringify(dial)}`,
    )
  }
}

async function dialled(
  self: Process,
  tunnel: Connection,
  to: Endpoint,
  timeoutMs: number,
): Promise<Connection> {
  send(tunnel, { konnectivity: 'dial', id: 0, ...to })
  const isBackstop = timeoutMs >= backstopMs
  const answer = await received(self, tunnel, Math.min(timeoutMs, backstopMs))
  if (answer === undefined)
    throw new DialFailure(isBackstop ? 'dial timeout, backstop' : 'dial timeout, context', {
      timedOut: !isBackstop,
    })
  if (answer === 'closed' || answer.konnectivity !== 'dialled') throw new DialFailure('tunnel closed')
  if (answer.error !== '') throw new DialFailure(answer.error)
  return new Tunnelled(tunnel, to)
}

async function received(
  self: Process,
  tunnel: Connection,
  timeoutMs: number,
): Promise<Packet | 'closed' | undefined> {
  try {
    const payload = await tunnel.receive(self.task, { timeoutMs: Math.max(0, timeoutMs) })
    return payload === undefined || payload === 'closed' ? payload : (packetOf(payload) ?? 'closed')
  } catch (error) {
    if (!isErrno(error)) throw error
    return 'closed'
  }
}

const send = (to: Connection, packet: Packet): void => to.send(packet as unknown as Payload) // a plain value

/** A connection that an agent has opened, as if it were one's own. */
class Tunnelled implements Connection {
  readonly remote: Endpoint
  readonly #tunnel: Connection
  #over = false

  constructor(tunnel: Connection, remote: Endpoint) {
    this.#tunnel = tunnel
    this.remote = remote
  }

  get local(): Endpoint {
    return this.#tunnel.local
  }

  readonly echoMs = undefined

  get way(): Connection['way'] {
    return { choices: Number.POSITIVE_INFINITY, end: '' } // nobody knows what the agent does
  }

  send(data: Payload): void {
    send(this.#tunnel, dataPacket(0, data))
  }

  async receive(
    by: Parameters<Connection['receive']>[0],
    o: { readonly timeoutMs?: number } = {},
  ): Promise<Payload | 'closed' | undefined> {
    if (this.#over) return 'closed'
    const payload = await this.#tunnel.receive(by, o)
    if (payload === undefined || payload === 'closed') return payload
    const packet = packetOf(payload)
    if (packet?.konnectivity === 'data') return packet.data
    this.#over = true
    return 'closed'
  }

  follow(reader: Reader): void {
    this.#tunnel.follow({
      payload: (payload) => {
        const packet = packetOf(payload)
        if (packet?.konnectivity === 'data') reader.payload(packet.data)
        else if (packet?.konnectivity === 'close') this.#tunnel.close()
      },
      end: (why) => reader.end(why),
    })
  }

  close(): void {
    this.#tunnel.close()
  }

  abort(): void {
    this.#tunnel.abort()
  }
}
