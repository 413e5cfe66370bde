/** Who is at the other end of a TLS connection: staging:apiserver/pkg/authentication/request/x509/x509.go. */
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'

/** Not over TLS: `undefined`. */
export type TlsClient =
  | { readonly kind: 'no-certificate' }
  /** One that our authority did not sign, or whose time is over. */
  | { readonly kind: 'bad-certificate' }
  | { readonly kind: 'certificate'; readonly commonName: string; readonly organizations: readonly string[] }

const known = new WeakMap<object, TlsClient>()

/** Read once per connection. */
export function tlsClient({ socket }: Pick<IncomingMessage, 'socket'>): TlsClient | undefined {
  if (!('encrypted' in socket)) return undefined
  let client = known.get(socket)
  if (client === undefined) {
    client = clientOf(socket as TLSSocket) // only TLS sockets have the property
    known.set(socket, client)
  }
  return client
}

function clientOf(socket: TLSSocket): TlsClient {
  // Answers an empty object when the client showed none.
  const { subject } = socket.getPeerCertificate() as Partial<ReturnType<TLSSocket['getPeerCertificate']>>
  if (subject === undefined) return { kind: 'no-certificate' }
  if (!socket.authorized) return { kind: 'bad-certificate' }
  const texts = (value: string | readonly string[] | undefined): readonly string[] =>
    value === undefined ? [] : typeof value === 'string' ? [value] : value
  return { kind: 'certificate', commonName: texts(subject.CN)[0] ?? '', organizations: texts(subject.O) }
}
