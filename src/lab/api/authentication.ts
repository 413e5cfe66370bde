/**
 * Whom kube-apiserver does not know, and what its log says of it: kubernetes/kubernetes:staging/src/k8s.io/apiserver/pkg/authentication/request/x509/x509.go,
 * pkg/endpoints/filters/authentication.go.
 */
import type { ShownCertificate } from '#lab/api/wire.ts'
import type { Process } from '#lab/host/ports.ts'
import { Klog } from '#lab/kubelet/klog.ts'
import { keyIdOf, serialOf, untimeliness } from '#lab/network/tls.ts'

/** Whose signatures it believes (--client-ca-file): the cluster's own. */
const clusterKey = 'kubernetes-ca'

/** Why a client's certificate counts for nothing, if it does: by the server's own clock, at each request. */
export function mistrust(certificate: ShownCertificate, nowMs: number): string | undefined {
  const trouble = untrusted(certificate, { keys: [clusterKey], nowMs })
  // Two authenticators have looked at it: that of front proxies, which does not say at what, and that of clients.
  return trouble === undefined ? undefined : `[x509: ${trouble}, ${unverified(certificate, trouble)}]`
}

/** Why a certificate counts for nothing where signatures of `keys` are believed. */
export const untrusted = (
  certificate: ShownCertificate,
  { keys, nowMs }: { readonly keys: readonly string[]; readonly nowMs: number },
): string | undefined =>
  untimeliness(certificate, nowMs) ??
  (keys.includes(certificate.issuerKey) ? undefined : 'certificate signed by unknown authority')

/** How the authenticator of clients says so. */
export const unverified = (certificate: ShownCertificate, trouble: string): string =>
  `verifying certificate SN=${serialOf(certificate)}, SKID=, AKID=${keyIdOf(certificate.issuerKey)} failed: x509: ${trouble}`

export function tellUnauthenticated(
  p: Process,
  { minor, why }: { readonly minor: number; readonly why: string },
): void {
  const line = minor >= 30 ? 73 : 63
  new Klog(p).error(`authentication.go:${line}`, 'Unable to authenticate the request', { err: why })
}
