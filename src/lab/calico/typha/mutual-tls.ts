/**
 * TLS between Typha and its clients, as far as it can fail: each end shows a certificate, and each checks the other's chain,
 * dates and common name (projectcalico/calico:typha/pkg/tlsutils/tlsutils.go). Not imitated: URI SANs.
 */
import { rfc3339 } from '#base/clock.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { Connection } from '#lab/network/ports.ts'
import { type Certificate, certificatesOf, TlsFailure } from '#lab/network/tls.ts'

/** One end's files, as read, and who the other must be. */
export interface Identity {
  readonly certificate: string
  readonly authorities: string
  /** The other end's common name; empty: anybody whom the authorities know. */
  readonly requiredName: string
}

export interface TlsFiles {
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  readonly requiredName: string
}

/** Files that cannot be used: what was tried, in the words of the program's log, and Go's error. */
export class TlsFileError extends Error {
  readonly says: string
  constructor(says: string, error: string) {
    super(error)
    this.says = says
  }
}

/** Reads an end's files. Rejects with {@link TlsFileError}. */
export async function readIdentity(p: Process, files: TlsFiles): Promise<Identity> {
  const says = 'Failed to load certificate and key'
  const certificate = await read(p, files.certFile, says)
  const key = await read(p, files.keyFile, says)
  const [own] = certificatesOf(certificate)
  if (!own) throw new TlsFileError(says, 'tls: failed to find any PEM data in certificate input')
  if (!key.includes(own.key)) throw new TlsFileError(says, 'tls: private key does not match public key')
  const authorities = await read(p, files.caFile, 'Failed to read CA data')
  if (certificatesOf(authorities).length === 0)
    throw new TlsFileError('Failed to add CA data to pool', 'Failed to add CA data to pool')
  return { certificate, authorities, requiredName: files.requiredName }
}

async function read(p: Process, path: string, says: string): Promise<string> {
  try {
    return await p.files.read(path)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new TlsFileError(says, `open ${path}: ${error.message.toLowerCase()}`)
  }
}

/** The client's half. Rejects with TlsFailure, with Errno when the connection breaks, with TlsFailure when nothing comes in time. */
export async function shakeAsClient(
  self: Process,
  connection: Connection,
  { identity, timeoutMs }: { readonly identity: Identity; readonly timeoutMs: number },
): Promise<void> {
  connection.send(Object.freeze({ tls: 'client-hello', serverName: '' }))
  const answer = await connection.receive(self.task, { timeoutMs })
  if (answer === undefined) throw new TlsFailure('i/o timeout')
  if (answer === 'closed') throw new TlsFailure('EOF')
  if (typeof answer === 'string' || answer.tls !== 'server-hello')
    throw new TlsFailure('tls: first record does not look like a TLS handshake')
  const trouble = troubleWith(String(answer.certificate), identity, { nowMs: self.now(), use: 'server' })
  if (trouble !== undefined) {
    connection.send(Object.freeze({ tls: 'alert', text: alertOf(trouble) }))
    throw new TlsFailure(trouble)
  }
  connection.send(Object.freeze({ tls: 'finished', certificate: identity.certificate }))
}

/** The server's half: undefined when all is well, else why the connection is torn down. Rejects with Errno. */
export async function shakeAsServer(
  self: Process,
  connection: Connection,
  { identity, timeoutMs }: { readonly identity: Identity; readonly timeoutMs: number },
): Promise<string | undefined> {
  const hello = await connection.receive(self.task, { timeoutMs })
  if (hello === undefined) return 'i/o timeout'
  if (hello === 'closed') return 'EOF'
  if (typeof hello === 'string' || hello.tls !== 'client-hello')
    return 'tls: first record does not look like a TLS handshake'
  connection.send(Object.freeze({ tls: 'server-hello', certificate: identity.certificate }))
  const reply = await connection.receive(self.task, { timeoutMs })
  if (reply === undefined) return 'i/o timeout'
  if (reply === 'closed' || typeof reply === 'string') return 'EOF'
  if (reply.tls === 'alert') return `remote error: tls: ${String(reply.text)}`
  const shown = String(reply.certificate ?? '')
  const trouble =
    shown === ''
      ? "tls: client didn't provide a certificate"
      : troubleWith(shown, identity, { nowMs: self.now(), use: 'client' })
  // A client that is refused reads this alert where it expects the server's first message.
  if (trouble !== undefined) connection.send(Object.freeze({ tls: 'alert', text: alertOf(trouble) }))
  return trouble
}

/** The alert of a TLS end that the other one reads: golang/go:src/crypto/tls/handshake_client.go. */
const alertOf = (trouble: string): string =>
  trouble.includes('expired') && trouble.includes('x509')
    ? 'expired certificate'
    : trouble.includes('unknown authority')
      ? 'unknown certificate authority'
      : 'bad certificate'

function troubleWith(
  pem: string,
  { authorities, requiredName }: Identity,
  { nowMs, use }: { readonly nowMs: number; readonly use: 'server' | 'client' },
): string | undefined {
  const [leaf] = certificatesOf(pem)
  if (leaf === undefined) return 'Failed to parse certificate: x509: malformed certificate'
  const chain = chainTrouble(leaf, certificatesOf(authorities), nowMs)
  if (chain !== undefined) return use === 'client' ? `tls: failed to verify certificate: ${chain}` : chain
  if (requiredName !== '' && leaf.subject !== requiredName)
    return 'Peer certificate does not have required CN'
  return undefined
}

/** golang/go:src/crypto/x509/verify.go, for a leaf signed by one of the authorities. */
function chainTrouble(
  leaf: Certificate,
  authorities: readonly Certificate[],
  nowMs: number,
): string | undefined {
  const now = `current time ${rfc3339(nowMs)}`
  if (nowMs > leaf.notAfterMs)
    return `x509: certificate has expired or is not yet valid: ${now} is after ${rfc3339(leaf.notAfterMs)}`
  if (nowMs < leaf.notBeforeMs)
    return `x509: certificate has expired or is not yet valid: ${now} is before ${rfc3339(leaf.notBeforeMs)}`
  if (authorities.some(({ key }) => key === leaf.issuerKey)) return undefined
  return 'x509: certificate signed by unknown authority'
}
