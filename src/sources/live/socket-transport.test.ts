import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { clusterApi } from '#sources/live/cluster-api.ts'
import { socketTransport } from '#sources/live/socket-transport.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A server on loopback, gone after the test. */
async function serving(
  listener: RequestListener,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('listens on a port')
  return { url: `http://127.0.0.1:${address.port}`, server }
}

const identity = { server: '', context: '', user: '' }
const apiAt = (url: string, headers: Record<string, string> = {}) => {
  const transport = socketTransport(url, { headers })
  return { transport, api: clusterApi(transport, identity, { timeoutMs: 5_000 }) }
}

describe('requests over HTTP', () => {
  test('carry path, query and credentials', async () => {
    const { url } = await serving((request, response) =>
      response.end(JSON.stringify({ url: request.url, token: request.headers.authorization })),
    )
    const { api, transport } = apiAt(`${url}/k8s/clusters/c1/`, { Authorization: 'Bearer t' })
    expect(await api.get('/api/v1/nodes', { query: { limit: '500' } })).toEqual({
      ok: true,
      value: { url: '/k8s/clusters/c1/api/v1/nodes?limit=500', token: 'Bearer t' },
    })
    transport.close()
  })

  test('a dead server is unreachable', async () => {
    const { url, server } = await serving(() => {})
    await new Promise((resolve) => server.close(resolve))
    expect(await apiAt(url).api.get('/api')).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  })

  test('TLS to a server that speaks none is untrusted', async () => {
    const { url } = await serving(() => {})
    expect(await apiAt(url.replace('http:', 'https:')).api.get('/api')).toMatchObject({
      ok: false,
      error: { kind: 'untrusted' },
    })
  })

  test('a server that hangs up in the middle is unreachable', async () => {
    const { url } = await serving((_, response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('{"kind":')
      response.socket?.destroy()
    })
    expect(await apiAt(url).api.get('/api')).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  })

  test('an interruption ends a request that waits', async () => {
    const stop = new AbortController()
    const { url } = await serving(() => stop.abort(new DOMException('interrupted', 'AbortError')))
    await expect(apiAt(url).api.get('/api', { signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})

describe('exec over a WebSocket', () => {
  const call = {
    namespace: 'kube-system',
    pod: 'calico-node-x',
    container: 'calico-node',
    argv: ['stat', '-c', '%a %n', '/run/calico'],
  }
  const channel = (number: number, text: string): Buffer =>
    Buffer.concat([Buffer.from([number]), Buffer.from(text)])

  async function execServer(answer: (socket: WebSocket, url: string) => void): Promise<string> {
    const { url, server } = await serving((_, response) => response.end())
    const sockets = new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0] ?? false })
    sockets.on('connection', (socket, request) => answer(socket, request.url ?? ''))
    return url
  }

  test('gives output and exit code 0', async () => {
    const url = await execServer((socket, path) => {
      socket.send(channel(1, `${new URL(path, 'http://x').searchParams.getAll('command').join('|')}\n`))
      socket.send(channel(2, 'a warning'))
      socket.send(channel(3, '{"metadata":{},"status":"Success"}'))
      socket.close(1000)
    })
    expect(await apiAt(url).api.exec(call)).toEqual({
      ok: true,
      value: { stdout: 'stat|-c|%a %n|/run/calico\n', stderr: 'a warning', code: 0 },
    })
  })

  test('gives the exit code of a command that failed', async () => {
    const url = await execServer((socket) => {
      socket.send(
        channel(
          3,
          '{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}',
        ),
      )
      socket.close(1000)
    })
    expect(await apiAt(url).api.exec(call)).toMatchObject({ ok: true, value: { code: 3 } })
  })

  test('a command that could not be started is trouble, not an exit code', async () => {
    const url = await execServer((socket) => {
      socket.send(
        channel(
          3,
          '{"status":"Failure","message":"OCI runtime exec failed: exec: \\"birdcl\\": executable file not found in $PATH","code":500}',
        ),
      )
      socket.close(1000)
    })
    expect(await apiAt(url).api.exec(call)).toMatchObject({ ok: false, error: { kind: 'server-error' } })
  })

  test('a server that closes a channel does not close ours', async () => {
    const url = await execServer((socket) => {
      socket.send(channel(255, '\u0001'))
      socket.send(channel(3, '{"status":"Success"}'))
      socket.close(1000)
    })
    expect((await apiAt(url).api.exec(call)).ok).toBe(true)
    expect(process.stdout.writableEnded).toBe(false)
  })

  test('a refused upgrade tells what the server said', async () => {
    const { url } = await serving((_, response) => response.end())
    servers.at(-1)?.on('upgrade', (_, socket) => {
      const body =
        '{"kind":"Status","status":"Failure","message":"pods \\"calico-node-x\\" is forbidden: User \\"bob\\" cannot create resource \\"pods/exec\\"","reason":"Forbidden","code":403}'
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
    })
    expect(await apiAt(url).api.exec(call)).toMatchObject({
      ok: false,
      error: { kind: 'forbidden', status: 403 },
    })
  })

  test('a connection that ends before the command is unreachable', async () => {
    const url = await execServer((socket) => socket.terminate())
    expect(await apiAt(url).api.exec(call)).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  })

  test('a dead server is unreachable', async () => {
    const { url, server } = await serving(() => {})
    await new Promise((resolve) => server.close(resolve))
    expect(await apiAt(url).api.exec(call)).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  })
})
