/** `pods/<name>/portforward`, whatever carries the streams: pkg/registry/core/pod/rest/subresources.go (PortForwardREST). */
import { at } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { Refusal } from '#lab/api/status.ts'
import { KubeletRefusal } from '#lab/api/streams/exec.ts'
import { dialer, dialKubelet, nextReply, type Place, placeOf, Replies } from '#lab/api/streams/kubelet.ts'
import { existing, type Target } from '#lab/api/verbs/state.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Connection } from '#lab/network/ports.ts'

/** The client's end. Bytes are Latin-1 texts; `id` is one connection to a port. Everything is called in the lab's events. */
export interface ForwardClient {
  bytes(id: number, bytes: string): void
  failed(id: number, says: string): void
  end(id: number): void
  /** The kubelet is gone, and with it every connection. */
  abort(): void
}

/** The pod's end, for what the client sends. */
export interface ForwardPod {
  open(id: number, port: number): void
  bytes(id: number, bytes: string): void
  end(id: number): void
  close(): void
}

export interface ForwardDoor {
  accept(pod: ForwardPod): ForwardClient
  refuse(refusal: Refusal): void
}

/** Connects a client with a pod's ports, in virtual time. Throws a Refusal for what can be seen without the kubelet. */
export function startForward(api: ApiServer, target: Target, door: ForwardDoor): void {
  const pod = existing(api.state, target)
  const place = placeOf(api, pod, '')
  if (place === undefined)
    throw new Refusal(400, 'BadRequest', `pod ${target.name} does not have a host assigned`)
  const phase = at(pod, 'status.phase')
  if (phase !== 'Running')
    throw new Refusal(500, '', `pod ${target.name} is not running. Current status=${String(phase)}`)
  dialer(api).thread('port-forward', (self) => run(self, api, place, door))
}

async function run(self: Process, api: ApiServer, place: Place, door: ForwardDoor): Promise<void> {
  let connection: Connection
  const { namespace, pod } = place
  try {
    const request = { kind: 'port-forward', namespace, pod } as const
    // Also for who comes by WebSocket: what is inside is SPDY.
    const call = { request, method: 'POST', before: 'error dialing backend' } as const
    connection = await dialKubelet(self, api, place, call)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return door.refuse(error)
  }
  const first = await nextReply(self, connection)
  if (first === 'closed' || first === undefined)
    return door.refuse(new Refusal(500, '', 'error dialing backend: EOF'))
  if (first.kind === 'error') return door.refuse(new KubeletRefusal(first.code, '', first.message))
  const client = door.accept({
    open: (id, port) => connection.send({ kind: 'forward', id, port }),
    bytes: (id, bytes) => connection.send({ kind: 'bytes', id, bytes }),
    end: (id) => connection.send({ kind: 'bytes-end', id }),
    close: () => connection.close(),
  })
  await pump(self, connection, client)
  connection.close()
}

async function pump(self: Process, connection: Connection, client: ForwardClient): Promise<void> {
  const replies = new Replies(self, connection)
  for (;;) {
    const reply = await replies.next()
    if (reply === 'closed') return client.abort()
    if (reply.kind === 'bytes') client.bytes(reply.id, reply.bytes)
    else if (reply.kind === 'forward-failed') client.failed(reply.id, reply.message)
    else if (reply.kind === 'bytes-end') client.end(reply.id)
  }
}
