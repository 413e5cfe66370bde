import type { Tree } from '#lab/host/ports.ts'
import { clusterAuthority } from '#lab/kubelet/serving-certificate.ts'
import { type Certificate, issued, pemOf } from '#lab/network/tls.ts'

export const kubeletPkiPath = '/var/lib/kubelet/pki'
export const clientCertificatePath = `${kubeletPkiPath}/kubelet-client-current.pem`

/** kube-controller-manager --cluster-signing-duration, by default. */
export const signingMs = 365 * 24 * 3_600_000
/** Certificates are signed as if five minutes ago: pkg/controller/certificates/authority/policies.go (PermissiveSigningPolicy.Backdate). */
const backdateMs = 5 * 60_000

/** What a kubelet of `user` is given at `nowMs`. */
export const clientCertificate = (user: string, key: string, nowMs: number): Certificate => ({
  ...issued(clusterAuthority, {
    key,
    dnsNames: [],
    notBeforeMs: nowMs - backdateMs,
    notAfterMs: nowMs - backdateMs + signingMs,
  }),
  subject: user,
  organizations: ['system:nodes'],
})

/** Certificate and key in one file, as client-go's util/certificate/certificate_store.go keeps them. */
export const pairOf = (certificate: Certificate): string =>
  `${pemOf(certificate)}-----BEGIN EC PRIVATE KEY-----\n${Buffer.from(certificate.key).toString('base64')}\n-----END EC PRIVATE KEY-----\n`

/** `/var/lib/kubelet/pki/kubelet-client-2026-01-07-06-00-00.pem` */
export const pairPath = (ms: number): string =>
  `${kubeletPkiPath}/kubelet-client-${new Date(ms).toISOString().slice(0, 19).replace(/[T:]/g, '-')}.pem`

/** What is left of a node's joining, at `issuedMs`. */
export function clientCertificateFiles(node: string, issuedMs: number): Tree {
  const certificate = clientCertificate(`system:node:${node}`, `kubelet-client of ${node}`, issuedMs)
  return [
    { path: kubeletPkiPath, kind: 'directory', mode: 0o755 },
    { path: pairPath(issuedMs), kind: 'file', text: pairOf(certificate), mode: 0o600 },
    { path: clientCertificatePath, kind: 'symlink', target: pairPath(issuedMs) },
  ]
}
