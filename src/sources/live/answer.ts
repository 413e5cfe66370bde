/** From what came over the wire (or did not) to a value or a named trouble. */
import { z } from 'zod'
import { failed, ok, type Result } from '#base/result.ts'
import type { ApiTrouble, ApiTroubleKind } from '#sources/live/api.ts'
import type { ApiResponse } from '#sources/live/transport.ts'

/**
 * The parsed body of a 2xx answer that is JSON.
 *
 * @see kubernetes/apimachinery:pkg/api/errors/errors.go for the Status objects of the others
 */
export function readJson(response: ApiResponse): Result<unknown, ApiTrouble> {
  const refusal = readRefusal(response)
  if (refusal !== undefined) return failed(refusal)
  try {
    const value: unknown = JSON.parse(response.body)
    if (typeof value === 'object' && value !== null) return ok(value)
  } catch {
    // Told below, with what came instead.
  }
  return failed({
    kind: 'garbage',
    status: response.status,
    says: `answered with no JSON: ${glimpse(response.body)}`,
  })
}

/** The trouble that an answer other than 2xx tells; `undefined` for 2xx. */
export function readRefusal({ status, body }: ApiResponse): ApiTrouble | undefined {
  if (status >= 200 && status < 300) return undefined
  const says = statusMessage(body) ?? `HTTP ${status}: ${glimpse(body)}`
  return { kind: kindOf(status, says), status, says: oneLine(says) }
}

// kubelet's words for a container that does not run now, as the API server passes them on: pkg/kubelet/kubelet_pods.go.
const notRunning = /container not found \(|is not running|is waiting to start|is terminated/

function kindOf(status: number, says: string): ApiTroubleKind {
  if (status === 401) return 'unauthorized'
  if (status === 403) return 'forbidden'
  if (notRunning.test(says)) return 'not-running'
  if (status === 404) return 'not-found'
  if (status === 504) return 'timed-out'
  if (status >= 500) return 'server-error'
  if (status >= 400) return 'bad-request'
  return 'garbage'
}

const statusShape = z.object({ kind: z.literal('Status'), message: z.string().min(1) })

function statusMessage(body: string): string | undefined {
  try {
    const parsed = statusShape.safeParse(JSON.parse(body))
    return parsed.success ? parsed.data.message : undefined
  } catch {
    return undefined
  }
}

/** What a rejected call means. Network and TLS errors of Node.js are told apart by their code. */
export function readRejection(error: unknown): ApiTrouble {
  const { code, message } = describe(error)
  if (code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') return { kind: 'timed-out', says: message }
  if (isTls(code, message)) return { kind: 'untrusted', says: tlsWords(code, message) }
  return { kind: 'unreachable', says: message }
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  // Node.js tries each address of a name; when all fail it rejects with an AggregateError whose own message is empty.
  const inner = error instanceof AggregateError && error.message === '' ? error.errors[0] : error
  if (!(inner instanceof Error)) return { code: '', message: oneLine(String(inner)) }
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : ''
  return { code, message: oneLine(inner.message || code || inner.name) }
}

const tlsCodes = /^(CERT_|ERR_SSL_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/

const isTls = (code: string, message: string): boolean =>
  tlsCodes.test(code) || /certificate|wrong version number|SSL routines/.test(message)

function tlsWords(code: string, message: string): string {
  if (/EXPIRED/.test(code) || /expired/.test(message)) return `a certificate has expired (${message})`
  if (/WRONG_VERSION_NUMBER/.test(code) || /wrong version number/.test(message))
    return 'the server does not speak TLS on this port'
  return message
}

/** The start of a body, on one line, for quoting. */
function glimpse(body: string): string {
  const text = oneLine(body)
  if (text === '') return 'an empty body'
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
