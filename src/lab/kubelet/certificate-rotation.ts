/**
 * The kubelet asks for a new certificate while the old one lasts: kubernetes/client-go:util/certificate/certificate_manager.go, csr/csr.go.
 *
 * Not imitated: it looks every second whether its request was granted, instead of watching it; of keys there are names only.
 */
import { seeded } from '#base/random.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { clientCertificatePath, pairOf, pairPath } from '#lab/kubelet/certificate-files.ts'
import { type ClientCertificate, unhandled } from '#lab/kubelet/client-certificate.ts'
import type { Klog } from '#lab/kubelet/klog.ts'
import { certificatesOf, requestPem } from '#lab/network/tls.ts'

export const signerName = 'kubernetes.io/kube-apiserver-client-kubelet'

/** A CertificateSigningRequest. */
export interface SigningRequest extends KubeObject {
  readonly spec: {
    readonly request: string
    readonly signerName: string
    readonly usages: readonly string[]
    readonly username?: string
  }
  readonly status?: {
    readonly certificate?: string
    readonly conditions?: readonly { readonly type: string; readonly message?: string }[]
  }
}

const issueMs = 15 * 60_000
const pollMs = 1000
/** certificate_manager.go (rotateCerts): waits between attempts; after the last it begins again. */
const backoffMs = [2000, 4000, 8000, 16_000, 32_000]

export class CertificateRotation {
  readonly #p: Process
  readonly #klog: Klog
  readonly #kube: KubeClient
  readonly #certificate: ClientCertificate
  readonly #minor: number
  #running = false

  constructor(
    p: Process,
    o: {
      readonly klog: Klog
      readonly kube: KubeClient
      readonly certificate: ClientCertificate
      readonly minor: number
    },
  ) {
    this.#p = p
    this.#klog = o.klog
    this.#kube = o.kube
    this.#certificate = o.certificate
    this.#minor = o.minor
  }

  /** Begins once seven to nine tenths of the certificate's time are over. */
  look(): void {
    if (this.#running || this.#p.now() < this.#deadlineMs) return
    this.#running = true
    this.#p.thread('certificate-rotation', async (self) => {
      await this.#rotate(self)
      this.#running = false
    })
  }

  get #deadlineMs(): number {
    const { subject, notBeforeMs, notAfterMs } = this.#certificate.current
    const share = seeded(`rotation of ${subject} from ${notBeforeMs}`).between(700, 900) / 1000
    return notBeforeMs + (notAfterMs - notBeforeMs) * share
  }

  async #rotate(self: Process): Promise<void> {
    for (let attempt = 0; !(await this.#attempt(self)); attempt++) {
      const last = attempt % backoffMs.length === backoffMs.length - 1
      if (last)
        this.#says('Reached backoff limit, still unable to rotate certs: timed out waiting for the condition')
      await self.sleep(backoffMs[attempt % backoffMs.length] ?? 0)
    }
  }

  /** Whether there is a new one now. */
  async #attempt(self: Process): Promise<boolean> {
    const kube = this.#kube.by(self)
    let name: string
    try {
      name = (await kube.create<SigningRequest>(resources.signingRequests, this.#request(self.now())))
        .metadata.name
      this.#certificate.serverIsThere = true
    } catch (error) {
      const why = this.#trouble(error)
      this.#says(
        `Failed while requesting a signed certificate from the control plane: cannot create certificate signing request: ${why}`,
      )
      return false
    }
    const text = await this.#issued(self, kube, name)
    if (text === undefined) return false
    return this.#keep(self, text)
  }

  #request(nowMs: number) {
    const { subject } = this.#certificate.current
    const pem = requestPem({
      subject,
      organizations: ['system:nodes'],
      key: `kubelet-client of ${subject} ${nowMs}`,
    })
    return {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { generateName: 'csr-' },
      spec: {
        request: Buffer.from(pem).toString('base64'),
        signerName,
        usages: ['digital signature', 'client auth'],
      },
    }
  }

  async #issued(self: Process, kube: KubeClient, name: string): Promise<string | undefined> {
    const untilMs = self.now() + issueMs
    while (self.now() < untilMs) {
      await self.sleep(pollMs)
      try {
        const { status } = await kube.get<SigningRequest>({ type: resources.signingRequests, name })
        const denied = status?.conditions?.find(({ type }) => type === 'Denied' || type === 'Failed')
        if (denied !== undefined) {
          this.#says(
            `certificate request was not signed: certificate signing request is ${denied.type === 'Denied' ? 'denied' : 'failed'}, reason: , message: ${denied.message ?? ''}`,
          )
          return undefined
        }
        if (status?.certificate !== undefined) return Buffer.from(status.certificate, 'base64').toString()
      } catch (error) {
        this.#trouble(error)
      }
    }
    this.#says('certificate request was not signed: timed out waiting for the condition')
    return undefined
  }

  /** client-go:util/certificate/certificate_store.go (Update): a file of its own, and the link to it. */
  async #keep(self: Process, text: string): Promise<boolean> {
    const [certificate] = certificatesOf(text)
    if (certificate === undefined) return false
    const path = pairPath(self.now())
    const link = clientCertificatePath.replace('current', 'updated')
    try {
      await self.files.write(path, pairOf(certificate), { mode: 0o600 })
      await self.files.symlink(path, link)
      await self.files.rename(link, clientCertificatePath)
    } catch (error) {
      if (!isErrno(error)) throw error
      this.#says(`Unable to store the new cert/key pair: open ${path}: ${error.message.toLowerCase()}`)
      return false
    }
    this.#certificate.use(certificate)
    return true
  }

  #trouble(error: unknown): string {
    if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
    this.#certificate.serverIsThere = error instanceof KubeError
    return error.message
  }

  #says(text: string): void {
    unhandled(this.#klog, { minor: this.#minor, at: 'certificate_manager.go:562' }, `${signerName}: ${text}`)
  }
}
