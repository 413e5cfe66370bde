/** A connection of bytes under SPDY: a TCP socket, or the binary messages of a WebSocket. */
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

export interface ByteSocket {
  onData(tell: (bytes: Buffer) => void): void
  /** Called once. */
  onClose(tell: () => void): void
  write(bytes: Buffer): void
  /** In order. */
  end(): void
  destroy(): void
}

export function tcpSocket(socket: Duplex): ByteSocket {
  socket.on('error', () => socket.destroy())
  return {
    onData: (tell) => socket.on('data', tell),
    onClose: (tell) => socket.on('close', tell),
    write: (bytes) => {
      if (!socket.destroyed) socket.write(bytes)
    },
    end: () => socket.end(),
    destroy: () => socket.destroy(),
  }
}

/** Message boundaries are no frame boundaries: client-go tools/portforward/tunneling_connection.go. */
export function tunnelSocket(socket: WebSocket): ByteSocket {
  socket.on('error', () => socket.terminate())
  return {
    onData: (tell) => socket.on('message', (data) => tell(bytesIn(data))),
    onClose: (tell) => socket.on('close', tell),
    write: (bytes) => {
      if (socket.readyState === socket.OPEN) socket.send(bytes)
    },
    end: () => socket.close(1000),
    destroy: () => socket.terminate(),
  }
}

/** A message as one buffer. */
export const bytesIn = (data: Buffer | ArrayBuffer | Buffer[]): Buffer =>
  Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
