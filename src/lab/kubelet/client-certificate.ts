/**
 * What the kubelet shows the API server: the certificate that its kubeconfig names (kubernetes/kubernetes:pkg/kubelet/certificate/transport.go,
 * bootstrap/bootstrap.go). It looks at it when it starts, and with each look at its node; rotation is in certificate-rotation.ts.
 *
 * Not imitated: bootstrap-kubelet.conf; connections that are closed for a new certificate.
 */
import type { Credential } from '#lab/api/wire.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { type KubeletConfig, kubeconfigPath } from '#lab/kubelet/config.ts'
import type { Klog } from '#lab/kubelet/klog.ts'
import { type Certificate, certificatesOf } from '#lab/network/tls.ts'

/** pkg/kubelet/certificate/transport.go (UpdateTransport): how long it goes on without a certificate that is valid. */
const exitAfterMs = 5 * 60_000

const bootstrapPath = '/etc/kubernetes/bootstrap-kubelet.conf'

interface Parts {
  readonly p: Process
  readonly klog: Klog
  readonly exit: (code: number) => void
}

export class ClientCertificate {
  readonly #parts: Parts
  #certificate: Certificate
  #credential: Credential
  /** Whether the server answered at all when a new one was asked for last; undefined while nobody asks. */
  serverIsThere: boolean | undefined

  constructor(certificate: Certificate, parts: Parts) {
    this.#parts = parts
    this.#certificate = certificate
    this.#credential = credentialOf(certificate)
  }

  get current(): Certificate {
    return this.#certificate
  }

  /** Of this moment: the same value until there is another certificate. */
  get credential(): Credential {
    return this.#credential
  }

  use(certificate: Certificate): void {
    this.#certificate = certificate
    this.#credential = credentialOf(certificate)
    this.#parts.klog.info(
      'transport.go:197',
      'Certificate rotation detected, shutting down client connections to start using new credentials',
    )
  }

  /** Ends the kubelet some minutes after its certificate has, if a server says that it wants another one. */
  look(): void {
    const { p, klog, exit } = this.#parts
    const { notAfterMs } = this.#certificate
    if (this.serverIsThere === undefined || p.now() <= notAfterMs + exitAfterMs) return
    const values = {
      lastCertificateAvailabilityTime: goTime(notAfterMs),
      shutdownThreshold: '5m0s',
    }
    if (!this.serverIsThere) {
      const says =
        'No valid client certificate is found but the server is not responsive. A restart may be necessary to retrieve new initial credentials.'
      klog.error('transport.go:173', says, values)
      return
    }
    klog.error(
      'transport.go:170',
      'No valid client certificate is found and the server is responsive, exiting.',
      values,
    )
    exit(1)
  }
}

const credentialOf = ({
  subject,
  organizations = [],
  key,
  issuerKey,
  notBeforeMs,
  notAfterMs,
}: Certificate): Credential =>
  Object.freeze({
    user: subject,
    groups: Object.freeze(organizations),
    certificate: Object.freeze({ key, issuerKey, notBeforeMs, notAfterMs }),
  })

/** The certificate to begin with. Rejects with what the kubelet prints before it exits, once it has said why. */
export async function loadClientCertificate(
  { clientCertificate: path, user, minor }: KubeletConfig & { readonly minor: number },
  parts: Parts,
): Promise<ClientCertificate | undefined> {
  if (path === undefined) return undefined
  const found = await readCertificate(parts.p, { path, user })
  if (typeof found !== 'string') return new ClientCertificate(found, parts)
  unhandled(parts.klog, { minor, at: 'bootstrap.go:266' }, found)
  throw new Error(`unable to load bootstrap kubeconfig: stat ${bootstrapPath}: no such file or directory`)
}

/** pkg/kubelet/certificate/bootstrap/bootstrap.go (isClientConfigStillValid): the certificate, or why it is none to use. */
async function readCertificate(
  p: Process,
  { path, user }: { readonly path: string; readonly user: string },
): Promise<Certificate | string> {
  let text: string
  try {
    text = await p.files.read(path)
  } catch (error) {
    if (!isErrno(error)) throw error
    const unable = (what: string): string =>
      `unable to read client-${what} ${path} for ${user} due to open ${path}: ${error.message.toLowerCase()}`
    return `unable to read existing bootstrap client config from ${kubeconfigPath}: invalid configuration: [${unable('cert')}, ${unable('key')}]`
  }
  const [certificate] = certificatesOf(text)
  if (certificate === undefined)
    return `unable to load TLS configuration from existing bootstrap client config read from ${kubeconfigPath}: tls: failed to find any PEM data in certificate input`
  return p.now() > certificate.notAfterMs
    ? `part of the existing bootstrap client certificate in ${kubeconfigPath} is expired: ${goTime(certificate.notAfterMs)}`
    : certificate
}

/** staging:apimachinery/pkg/util/runtime/runtime.go (HandleError): structured since 1.31. */
export function unhandled(
  klog: Klog,
  { minor, at }: { readonly minor: number; readonly at: string },
  says: string,
): void {
  if (minor >= 31) klog.error(at, 'Unhandled Error', { err: says, logger: 'UnhandledError' })
  else klog.errorf(at, says)
}

/** `2027-01-07 05:55:00 +0000 UTC` */
const goTime = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`
