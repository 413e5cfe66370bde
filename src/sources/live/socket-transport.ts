import http from 'node:http'
import https from 'node:https'
import type { Access } from '#sources/live/kubeconfig/credentials.ts'
import { socketExec } from '#sources/live/socket-exec.ts'
import type { ApiRequest, ApiResponse, Transport } from '#sources/live/transport.ts'

/** A list of 10,000 pods is about 60 MB; more is no answer of an API server to what is asked here. */
const bodyMaxBytes = 128 * 2 ** 20

/** Requests over HTTP or HTTPS with kept connections, exec over a WebSocket. Follows no redirects. */
export function socketTransport(server: string, access: Access): Transport {
  const secure = server.startsWith('https:')
  const { headers, agent: given, ...tls } = access
  const kept = { keepAlive: true, maxSockets: 16 }
  const agent = given ?? (secure ? new https.Agent({ ...kept, ...tls }) : new http.Agent(kept))
  const send = secure ? https.request : http.request
  return {
    request: (request) => answerOf(send, urlOf(server, request.path), { request, headers, agent }),
    exec: socketExec(server, { headers, agent, ...tls }),
    close: () => {
      // An agent that was handed in is shared with whoever made it.
      if (given === undefined) agent.destroy()
    },
  }
}

/** The server's address may have a path of its own (a proxy such as Rancher's). */
export const urlOf = (server: string, path: string): string => `${server.replace(/\/+$/, '')}${path}`

function answerOf(
  send: typeof http.request,
  url: string,
  { request, headers, agent }: { request: ApiRequest; headers: Access['headers']; agent: http.Agent },
): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const { method, signal, body } = request
    // Node.js frames no body of a DELETE by itself.
    const framing = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const sent = send(
      url,
      {
        method,
        agent,
        signal,
        headers: { 'User-Agent': 'ninelives', ...headers, ...framing, ...request.headers },
      },
      (response) => {
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          bytes += chunk.length
          if (bytes > bodyMaxBytes)
            response.destroy(new Error(`the answer is larger than ${bodyMaxBytes} bytes`))
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        )
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
