/**
 * TLS as far as it can fail: a server shows a certificate, a client compares it with the authorities it trusts, the name it
 * asked for and its clock. Certificates are data in PEM armour.
 *
 * Not imitated: encryption, DER, chains of more than two, client certificates, revocation, versions and cipher suites.
 */
import { createHash } from 'node:crypto'
import { rfc3339 } from '#base/clock.ts'
import { Quiet } from '#base/quiet.ts'
import { remembering } from '#base/remember.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { isIpv4 } from '#lab/network/address.ts'
import {
  answerAll,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  respond,
} from '#lab/network/http.ts'
import { requestOf as httpRequestOf } from '#lab/network/http-wire.ts'
import type { Connection, Listener, Payload } from '#lab/network/ports.ts'

export interface Certificate {
  readonly subject: string
  /** Groups, for who authenticates a client by it. */
  readonly organizations?: readonly string[]
  readonly dnsNames: readonly string[]
  /** Who signed it, by name and by key. */
  readonly issuer: string
  readonly issuerKey: string
  /** Its own key. */
  readonly key: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

const begin = '-----BEGIN CERTIFICATE-----'
const end = '-----END CERTIFICATE-----'

/** The certificate in PEM armour. */
export function pemOf(certificate: Certificate): string {
  const body = Buffer.from(JSON.stringify(certificate)).toString('base64')
  return `${begin}\n${(body.match(/.{1,64}/g) ?? []).join('\n')}\n${end}\n`
}

/** Every certificate of a PEM text that this lab has written; others are passed over. Each connection shows one that others have shown. */
export const certificatesOf: (pem: string) => readonly Certificate[] = remembering((pem) =>
  pem
    .split(begin)
    .slice(1)
    .flatMap((part) => {
      const text = Buffer.from((part.split(end)[0] ?? '').replaceAll(/\s/g, ''), 'base64').toString()
      // Written by pemOf, or somebody else's DER, which does not begin like JSON.
      return text.startsWith('{') ? [Object.freeze(JSON.parse(text) as Certificate)] : []
    }),
)

/** Its number, which chance gave it. */
export const serialOf = ({ key }: Pick<Certificate, 'key'>): bigint =>
  BigInt(`0x${createHash('sha256').update(`serial ${key}`).digest('hex').slice(0, 32)}`)

/** `43:B3:…`: by what a certificate names the key that has signed it. */
export const keyIdOf = (key: string): string =>
  (createHash('sha1').update(key).digest('hex').toUpperCase().match(/../g) ?? []).join(':')

/** What somebody wants a certificate about. */
export interface Request {
  readonly subject: string
  readonly organizations: readonly string[]
  readonly key: string
}

const requestBegin = '-----BEGIN CERTIFICATE REQUEST-----'
const requestEnd = '-----END CERTIFICATE REQUEST-----'

export const requestPem = (request: Request): string =>
  `${requestBegin}\n${Buffer.from(JSON.stringify(request)).toString('base64')}\n${requestEnd}\n`

/** Undefined for a text that is no request of the lab's. */
export function requestOf(pem: string): Request | undefined {
  const body = pem.split(requestBegin)[1]?.split(requestEnd)[0]
  const text = body === undefined ? '' : Buffer.from(body.replaceAll(/\s/g, ''), 'base64').toString()
  return text.startsWith('{') ? (JSON.parse(text) as Request) : undefined // written by requestPem, or somebody's DER
}

/** A certificate that signs itself. */
export const authority = (name: string, o: { readonly key: string } & Validity): Certificate => ({
  subject: name,
  dnsNames: [],
  issuer: name,
  issuerKey: o.key,
  key: o.key,
  notBeforeMs: o.notBeforeMs,
  notAfterMs: o.notAfterMs,
})

interface Validity {
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** A server's certificate, signed by `by`. */
export const issued = (
  by: Certificate,
  o: { readonly key: string; readonly dnsNames: readonly string[] } & Validity,
): Certificate => ({
  subject: o.dnsNames[0] ?? '',
  dnsNames: o.dnsNames,
  issuer: by.subject,
  issuerKey: by.key,
  key: o.key,
  notBeforeMs: o.notBeforeMs,
  notAfterMs: o.notAfterMs,
})

/** The handshake failed; the message is what Go's net/http puts behind `Post "https://…": `. */
export class TlsFailure extends Quiet {
  override readonly name = 'TlsFailure'
}

/** Shakes hands as a client that trusts `authorities`. Rejects with TlsFailure; with Errno when the connection breaks. */
export async function tlsClient(
  self: Process,
  connection: Connection,
  o: {
    readonly serverName: string
    /** PEM; empty: the machine's own roots, which know nobody in a lab. */
    readonly authorities: string
    /** `false`: any certificate will do (`insecureSkipTLSVerify`). */
    readonly verify: boolean
    /** Absent: no limit. */
    readonly deadlineMs?: number
  },
): Promise<'done' | 'deadline'> {
  connection.send(Object.freeze({ tls: 'client-hello', serverName: o.serverName }))
  const wait = o.deadlineMs === undefined ? {} : { timeoutMs: Math.max(0, o.deadlineMs - self.now()) }
  const answer = await connection.receive(self.task, wait)
  if (answer === undefined) return 'deadline'
  if (answer === 'closed') throw new TlsFailure('EOF')
  if (typeof answer === 'string' || answer.tls !== 'server-hello')
    throw new TlsFailure('http: server gave HTTP response to HTTPS client')
  const [certificate] = certificatesOf(String(answer.certificate))
  const trouble = o.verify ? troubleWith(certificate, { ...o, nowMs: self.now() }) : undefined
  if (trouble === undefined) {
    connection.send(Object.freeze({ tls: 'finished' }))
    return 'done'
  }
  connection.send(Object.freeze({ tls: 'alert', text: 'bad certificate' }))
  throw new TlsFailure(`tls: failed to verify certificate: x509: ${trouble}`)
}

/** Why a certificate is refused, in golang/go:src/crypto/x509/verify.go's words; in the order in which Go looks. */
function troubleWith(
  certificate: Certificate | undefined,
  o: { readonly serverName: string; readonly authorities: string; readonly nowMs: number },
): string | undefined {
  if (certificate === undefined) return 'certificate signed by unknown authority'
  const unfit = unfitness(certificate, o)
  if (unfit !== undefined) return unfit
  const known = certificatesOf(o.authorities)
  if (known.some(({ key }) => key === certificate.issuerKey)) return undefined
  const namesake = known.find(({ subject }) => subject === certificate.issuer)
  return namesake === undefined
    ? 'certificate signed by unknown authority'
    : `certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate ${JSON.stringify(namesake.subject)})`
}

/** What is wrong with a certificate by itself: its time, or its names. Undefined for a text that is no certificate of the lab's. */
export function unfitFor(
  pem: string,
  o: { readonly serverName: string; readonly nowMs: number },
): string | undefined {
  const [certificate] = certificatesOf(pem)
  return certificate === undefined ? undefined : unfitness(certificate, o)
}

function unfitness(
  certificate: Certificate,
  o: { readonly serverName: string; readonly nowMs: number },
): string | undefined {
  const untimely = untimeliness(certificate, o.nowMs)
  if (untimely !== undefined) return untimely
  return certificate.dnsNames.includes(o.serverName) ? undefined : wrongName(certificate, o.serverName)
}

/** Why a certificate does not count now, if it does not. */
export function untimeliness(
  { notBeforeMs, notAfterMs }: Pick<Certificate, 'notBeforeMs' | 'notAfterMs'>,
  nowMs: number,
): string | undefined {
  if (nowMs >= notBeforeMs && nowMs <= notAfterMs) return undefined
  const border = nowMs > notAfterMs ? `after ${rfc3339(notAfterMs)}` : `before ${rfc3339(notBeforeMs)}`
  return `certificate has expired or is not yet valid: current time ${rfc3339(nowMs)} is ${border}`
}

/** Addresses and names are told apart: who dialled an address hears of addresses. */
function wrongName({ dnsNames }: Certificate, wanted: string): string {
  if (dnsNames.length === 0) return 'certificate relies on legacy Common Name field, use SANs instead'
  const alike = dnsNames.filter((name) => isIpv4(name) === isIpv4(wanted))
  if (alike.length > 0) return `certificate is valid for ${alike.join(', ')}, not ${wanted}`
  return isIpv4(wanted)
    ? `cannot validate certificate for ${wanted} because it doesn't contain any IP SANs`
    : `certificate is not valid for any names, but wanted to match ${wanted}`
}

/** Serves HTTP behind a certificate (PEM); a thread per connection. Rejects as `net.listen` does. */
export function serveHttps(
  p: Process,
  at: {
    readonly port: number
    readonly certificate: () => string
    /** Answers who comes without TLS, as kubelets' probes do in a lab. Default: that is refused. */
    readonly probes?: (request: HttpRequest) => HttpResponse
  },
  handler: HttpHandler,
): Promise<Listener> {
  return p.net.listen({ port: at.port }, (connection) => {
    p.thread('https', async (self) => {
      const trouble = await shakeHands(self, connection, at)
      if (trouble === undefined) return answerAll(p, connection, handler)
      if (trouble === 'probed') return
      const { address, port } = connection.remote
      self.stderr.write(`http: TLS handshake error from ${address}:${port}: ${trouble}\n`)
      connection.close()
    })
  })
}

/** What Go's server logs when the handshake fails (golang/go:src/net/http/server.go). */
async function shakeHands(
  self: Process,
  connection: Connection,
  { certificate, probes }: Pick<Parameters<typeof serveHttps>[1], 'certificate' | 'probes'>,
): Promise<string | undefined> {
  try {
    const hello = await connection.receive(self.task)
    if (hello === undefined || hello === 'closed') return 'EOF'
    const probe = probes === undefined ? undefined : httpRequestOf(hello, connection.remote.address)
    if (probes !== undefined && probe !== undefined) {
      respond(connection, probes(probe))
      connection.close()
      return 'probed'
    }
    if (typeof hello === 'string' || hello.tls !== 'client-hello') {
      connection.send(plainRefused)
      return 'client sent an HTTP request to an HTTPS server'
    }
    connection.send(Object.freeze({ tls: 'server-hello', certificate: certificate() }))
    const reply = await connection.receive(self.task)
    if (typeof reply === 'object' && reply.tls === 'finished') return undefined
    return typeof reply === 'object' && reply.tls === 'alert'
      ? `remote error: tls: ${String(reply.text)}`
      : 'EOF'
  } catch (error) {
    if (!isErrno(error)) throw error
    return `read: ${error.message.toLowerCase()}`
  }
}

const plainRefused: Payload = Object.freeze({
  http: 'response',
  status: 400,
  headers: {},
  body: 'Client sent an HTTP request to an HTTPS server.\n',
})
