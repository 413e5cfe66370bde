import type { Server } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { createServer as createPort, type Server as Port, type Socket } from 'node:net'
import type { LabTls } from '#lab/serve/tls/lab-tls.ts'

/** The first byte of a TLS handshake record; no HTTP request begins with it. */
const handshake = 0x16

/** A port that nobody answers yet, and the way to give it its two servers. */
export interface TwoWayPort {
  readonly port: Port
  /** Connections that begin with a TLS handshake go to `secure`, others to `plain`. */
  serve(o: { readonly plain: Server; readonly secure: Server }): void
  /** Stops listening and cuts every connection. */
  close(): void
}

/** One port for HTTP and HTTPS. Connections that come before the servers wait for them. */
export function twoWayPort(): TwoWayPort {
  let waiting: Socket[] | undefined = []
  let servers: { readonly plain: Server; readonly secure: Server } | undefined
  // The servers do not count connections that they did not accept themselves.
  const open = new Set<Socket>()
  const hand = (socket: Socket): void => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    if (servers === undefined) waiting?.push(socket)
    else handOver(socket, servers)
  }
  // Paused: what arrives is left for the server that the connection is handed to.
  const port = createPort({ pauseOnConnect: true }, hand)
  return {
    port,
    serve: (given) => {
      servers = given
      for (const socket of waiting ?? []) handOver(socket, given)
      waiting = undefined
    },
    close: () => {
      port.close()
      for (const socket of open) socket.destroy()
    },
  }
}

/** A server for TLS that asks for a client certificate and lets everybody in: who it is decides the API server. */
export const secureServer = (tls: LabTls): Server =>
  createSecure({
    ...tls.server,
    ca: tls.authority,
    requestCert: true,
    rejectUnauthorized: false,
    // HTTP/2 would need frames of SPDY and WebSockets inside it; every client speaks 1.1 too.
    ALPNProtocols: ['http/1.1'],
  })

function handOver(
  socket: Socket,
  { plain, secure }: { readonly plain: Server; readonly secure: Server },
): void {
  const closed = (): void => void socket.destroy()
  socket.once('error', closed)
  socket.once('data', (first: Buffer) => {
    socket.pause()
    socket.off('error', closed)
    socket.unshift(first)
    const server = first[0] === handshake ? secure : plain
    server.emit('connection', socket)
    if (server === plain) process.nextTick(() => socket.resume())
  })
  socket.resume()
}
