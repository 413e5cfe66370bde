/**
 * port-forward, the kubelet's end: connections to ports inside a pod's network namespace. Outside there are bytes, inside the
 * lab's programs exchange requests as values: HTTP/1.x is translated, anything else goes through as text.
 *
 * @see containerd:pkg/cri/server/sandbox_portforward_linux.go
 */
import { isErrno, type Process } from '#lab/host/ports.ts'
import { type KubeletRequest, reply, requestIn } from '#lab/kubelet/wire.ts'
import { bytesOf, HttpBytes } from '#lab/network/http-bytes.ts'
import type { Connection, Payload } from '#lab/network/ports.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import { PortForwardError } from '#lab/runtime/port-forward-error.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

interface Forwarding {
  readonly runtime: ContainerRuntime
  /** The pod's. */
  readonly uid: string
}

/** One connection into the pod: what came before it was open waits. */
interface Open {
  readonly reader: HttpBytes
  early: Payload[]
  connection: Connection | undefined
  ended: boolean
}

/** Serves a port-forward until its connection is over. */
export async function forwardPorts(self: Process, outer: Connection, o: Forwarding): Promise<void> {
  const open = new Map<number, Open>()
  reply(outer, { kind: 'started' })
  try {
    for (;;) {
      const payload = await outer.receive(self.task)
      if (payload === undefined || payload === 'closed') break
      take(self, outer, open, o, requestIn(payload))
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  for (const { connection } of open.values()) connection?.close()
}

function take(
  self: Process,
  outer: Connection,
  open: Map<number, Open>,
  o: Forwarding,
  message: KubeletRequest,
): void {
  if (message.kind === 'forward') {
    const each: Open = { reader: new HttpBytes(), early: [], connection: undefined, ended: false }
    open.set(message.id, each)
    self.thread('forward', (thread) => forward(thread, outer, each, { ...o, ...message }))
  } else if (message.kind === 'bytes') {
    const each = open.get(message.id)
    for (const payload of each?.reader.push(message.bytes) ?? [])
      if (each?.connection === undefined) each?.early.push(payload)
      else each.connection.send(payload)
  } else if (message.kind === 'ping') reply(outer, { kind: 'pong' })
  else if (message.kind === 'bytes-end') {
    const each = open.get(message.id)
    open.delete(message.id)
    if (each === undefined) return
    each.ended = true
    each.connection?.close()
  }
}

async function forward(
  self: Process,
  outer: Connection,
  each: Open,
  { runtime, uid, port, id }: Forwarding & { readonly port: number; readonly id: number },
): Promise<void> {
  try {
    each.connection = await runtime.portForward(self.task, uid, port)
    for (const payload of each.early.splice(0)) each.connection.send(payload)
    if (each.ended) each.connection.close()
    for (;;) {
      const payload = await each.connection.receive(self.task)
      if (payload === undefined || payload === 'closed') break
      reply(outer, { kind: 'bytes', id, bytes: bytesOf(payload) })
    }
  } catch (error) {
    if (error instanceof PortForwardError || error instanceof CriError)
      reply(outer, { kind: 'forward-failed', id, message: error.message })
    else if (!isErrno(error)) throw error // what is open may break
  }
  reply(outer, { kind: 'bytes-end', id })
}
