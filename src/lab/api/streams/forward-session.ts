/** port-forward over SPDY/3.1 (kubectl, plain or tunnelled in a WebSocket) and over WebSocket channels (client-node). */
import type { WebSocket } from 'ws'
import { type ByteSocket, bytesIn } from '#lab/api/streams/byte-socket.ts'
import type { ForwardClient, ForwardPod } from '#lab/api/streams/port-forward.ts'
import { SpdyReader, SpdyWriter } from '#lab/api/streams/spdy.ts'

/** client-go tools/portforward/portforward.go: PortForwardProtocolV1Name, and the WebSocket that carries it. */
export const forwardProtocol = 'portforward.k8s.io'
export const tunnelProtocol = `SPDY/3.1+${forwardProtocol}`

interface Pair {
  readonly id: number
  data?: number
  error?: number
}

/** Two streams a connection, of one `requestid`: pkg/kubelet/portforward/httpstream.go (kubelet's streaming). */
export function spdyForward(socket: ByteSocket, pod: ForwardPod): ForwardClient {
  const reader = new SpdyReader()
  const writer = new SpdyWriter()
  const pairs = new Map<number, Pair>()
  const byStream = new Map<number, Pair>()
  const opened = (stream: number, headers: Readonly<Record<string, string>>): void => {
    const id = Number(headers.requestid ?? stream)
    const pair = pairs.get(id) ?? { id }
    pairs.set(id, pair)
    byStream.set(stream, pair)
    pair[headers.streamtype === 'error' ? 'error' : 'data'] = stream
    socket.write(writer.synReply(stream))
    if (pair.data !== undefined && pair.error !== undefined) pod.open(id, Number(headers.port ?? 0))
  }
  socket.onData((bytes) => {
    for (const frame of reader.push(bytes)) {
      if (frame.kind === 'ping') socket.write(writer.pong(frame.bytes))
      else if (frame.kind === 'syn-stream') opened(frame.stream, frame.headers)
      else if (frame.kind === 'data') {
        const pair = byStream.get(frame.stream)
        if (pair === undefined || pair.data !== frame.stream) continue
        const text = frame.bytes.toString('latin1')
        if (text !== '') pod.bytes(pair.id, text)
        if (frame.fin) pod.end(pair.id)
      } else if (frame.kind === 'reset') {
        const pair = byStream.get(frame.stream)
        if (pair !== undefined) pod.end(pair.id)
      }
    }
  })
  socket.onClose(() => pod.close())
  const send = (stream: number | undefined, bytes: Buffer, fin: boolean): void => {
    if (stream !== undefined) socket.write(writer.data(stream, bytes, { fin }))
  }
  return {
    bytes: (id, bytes) => send(pairs.get(id)?.data, Buffer.from(bytes, 'latin1'), false),
    failed: (id, says) => send(pairs.get(id)?.error, Buffer.from(says), false),
    end: (id) => {
      const pair = pairs.get(id)
      pairs.delete(id)
      send(pair?.data, Buffer.alloc(0), true)
      send(pair?.error, Buffer.alloc(0), true)
    },
    abort: () => socket.destroy(),
  }
}

/**
 * Channel 2i carries the bytes of port i and channel 2i+1 its errors; the first message on each is the port
 * (pkg/kubelet/portforward/websocket.go).
 */
export function channelForward(socket: WebSocket, pod: ForwardPod, ports: readonly number[]): ForwardClient {
  const send = (channel: number, bytes: Buffer): void => {
    if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.from([channel]), bytes]))
  }
  ports.forEach((port, index) => {
    const number = Buffer.alloc(2)
    number.writeUInt16LE(port)
    send(2 * index, number)
    send(2 * index + 1, number)
    pod.open(index, port)
  })
  socket.on('message', (data) => {
    const bytes = bytesIn(data)
    const channel = bytes[0] ?? 1
    const text = bytes.toString('latin1', 1)
    if (channel % 2 === 0 && text !== '') pod.bytes(channel / 2, text)
  })
  socket.on('close', () => pod.close())
  socket.on('error', () => socket.terminate())
  let left = ports.length
  return {
    bytes: (id, bytes) => send(2 * id, Buffer.from(bytes, 'latin1')),
    failed: (id, says) => send(2 * id + 1, Buffer.from(says)),
    end: () => {
      left--
      if (left <= 0) socket.close(1000)
    },
    abort: () => socket.terminate(),
  }
}
