/** Real HTTP requests of a served lab's API server: webhooks that are configured by URL. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { ApiServer, Outward } from '#lab/api/server.ts'
import type { HttpResponse } from '#lab/network/http.ts'
import type { Pacer } from '#lab/serve/pacer.ts'

/**
 * Asks in real time; the answer enters the lab when it comes. Time-outs are the lab's, as far as its pace is that of the wall
 * clock.
 */
export const realOutward =
  ({ kernel }: Pick<ApiServer, 'kernel'>, pacer: Pick<Pacer, 'wake'>): Outward =>
  ({ url, body, authorities, timeoutMs }, tell) => {
    let given = false
    const answer = (said: HttpResponse | string): void => {
      if (given) return
      given = true
      kernel.at(kernel.nowMs, 'from outside', () => tell(said))
      pacer.wake()
    }
    const ask = url.startsWith('https:') ? httpsRequest : httpRequest
    const options = { method: 'POST', timeout: timeoutMs, headers: { 'content-type': 'application/json' } }
    try {
      const request = ask(url, authorities === '' ? options : { ...options, ca: authorities }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          answer({ status: response.statusCode ?? 500, body: Buffer.concat(chunks).toString() }),
        )
      })
      request.on('timeout', () => {
        answer('context deadline exceeded')
        request.destroy()
      })
      request.on('error', (error: NodeJS.ErrnoException) => answer(words(url, error)))
      request.end(body)
      return () => {
        given = true
        request.destroy()
      }
    } catch (error) {
      answer(error instanceof Error ? error.message : String(error))
      return () => {}
    }
  }

/** As Go's net package words it. */
function words(url: string, error: NodeJS.ErrnoException): string {
  const { hostname, port, protocol } = new URL(url)
  const to = `dial tcp ${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
  switch (error.code) {
    case 'ECONNREFUSED':
      return `${to}: connect: connection refused`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${hostname}: no such host`
    case 'ECONNRESET':
      return 'EOF'
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'tls: failed to verify certificate: x509: certificate signed by unknown authority'
    default:
      return error.message
  }
}
