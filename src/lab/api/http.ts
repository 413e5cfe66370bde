/** Serves a lab's API over node:http, for kubectl and every other program outside. */
import { createServer, type Server } from 'node:http'
import { type DoorOptions, httpDoor } from '#lab/api/http/door.ts'
import type { ApiServer } from '#lab/api/server.ts'

export { type Door, type DoorOptions, httpDoor } from '#lab/api/http/door.ts'

export interface ServedApi {
  readonly port: number
  readonly url: string
  close(): Promise<void>
}

/** Listens on loopback. Rejects with node's EADDRINUSE when the port is taken; port 0 picks a free one. */
export async function serveApi(
  api: ApiServer,
  options: DoorOptions & { readonly port?: number },
): Promise<ServedApi> {
  const door = httpDoor(api, options)
  const server = createServer(door.request)
  server.on('upgrade', door.upgrade)
  server.keepAliveTimeout = 120_000
  const port = await listening(server, options.port ?? 0)
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const listening = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
