import { Quiet } from '#base/quiet.ts'
import { type ErrnoCode, errnoTexts } from '#lab/host/ports.ts'
import type { LookupFailure } from '#lab/network/dns.ts'
import type { Target } from '#lab/network/http.ts'

interface FailureOptions {
  readonly url: string
  readonly target: Target
  readonly afterMs: number
  readonly stage: 'resolve' | 'connect' | 'receive'
  /** `deadline`: the caller's limit for the whole; `connect-deadline`: that for connecting. */
  readonly cause: 'error' | 'deadline' | 'connect-deadline' | 'closed' | 'not-http'
  readonly code?: ErrnoCode
  readonly lookup?: LookupFailure
  readonly address?: string
  readonly local?: { readonly address: string; readonly port: number }
}

/** No response. Each client words it in its own way. */
export class HttpFailure extends Quiet {
  override readonly name = 'HttpFailure'
  readonly options: FailureOptions

  constructor(options: FailureOptions) {
    super(`${options.stage}: ${options.code ?? options.cause}`)
    this.options = options
  }

  get timedOut(): boolean {
    const { cause, code } = this.options
    return cause === 'deadline' || cause === 'connect-deadline' || code === 'ETIMEDOUT'
  }
}

/**
 * As Go's net/http words it, with `Get "URL": ` before it.
 * @see golang/go:src/net/http/client.go (Client.Timeout), src/net/net.go (OpError)
 */
export function goError({ options }: HttpFailure): string {
  return `Get "${options.url}": ${goCause(options)}`
}

function goCause({ stage, cause, code, lookup, address, target, local }: FailureOptions): string {
  if (cause === 'deadline' || cause === 'connect-deadline')
    return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
  if (stage === 'resolve') return `dial tcp: ${lookup ? goLookup(target.host, lookup) : 'lookup failed'}`
  if (stage === 'connect') return `dial tcp ${address}:${target.port}: ${connectWords(code)}`
  if (cause === 'closed') return 'EOF'
  if (cause === 'not-http') return 'net/http: HTTP/1.x transport connection broken: malformed HTTP response'
  const ends = local
    ? `${local.address}:${local.port}->${address}:${target.port}`
    : `${address}:${target.port}`
  return `read tcp ${ends}: read: ${goErrno(code)}`
}

const connectWords = (code: ErrnoCode | undefined): string =>
  code === 'ETIMEDOUT' ? 'connect: connection timed out' : `connect: ${goErrno(code)}`

/** `lookup api on 10.96.0.10:53: no such host` */
export function goLookup(name: string, failure: LookupFailure): string {
  const on = failure.server === undefined ? '' : ` on ${failure.server}:53`
  switch (failure.kind) {
    case 'not-found':
      return `lookup ${name}${on}: no such host`
    case 'refused':
      return `lookup ${name}${on}: dial udp ${failure.server}:53: connect: connection refused`
    case 'server-failure':
      return `lookup ${name}${on}: server misbehaving`
    default:
      return `lookup ${name}${on}: i/o timeout`
  }
}

/** strerror in Go's small letters: `connection refused`. */
export const goErrno = (code: ErrnoCode | undefined): string =>
  code === undefined ? 'unknown error' : errnoTexts[code].charAt(0).toLowerCase() + errnoTexts[code].slice(1)
