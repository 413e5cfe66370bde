import { authority, issued, pemOf } from '#lab/network/tls.ts'

const everyNames = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
]

/** The first address of kubeadm's usual range for Services, which in-cluster clients dial. */
const usualService = '10.96.0.1'

/** Longer than any lab runs. Not imitated: a year, after which kubeadm's certificates end. */
const validity = { notBeforeMs: Date.UTC(2020, 0, 1), notAfterMs: Date.UTC(2060, 0, 1) }

/** Who signs for the cluster. */
export const clusterAuthority = authority('kubernetes', { key: 'kubernetes-ca', ...validity })

/**
 * The certificate that `kubeadm init phase certs apiserver` issues (kubernetes/kubernetes:cmd/kubeadm/app/util/pkiutil
 * GetAPIServerAltNames), in the lab's form. `server`: 10.0.0.11:6443.
 */
export function servingCertificate(o: {
  readonly server: string
  readonly names: readonly string[]
  /** Default: 10.96.0.1. */
  readonly service?: string
}): string {
  const { server, names, service = usualService } = o
  const address = server.slice(0, server.lastIndexOf(':'))
  const own = issued(clusterAuthority, {
    key: 'kube-apiserver',
    dnsNames: [...names, ...everyNames, service, address],
    ...validity,
  })
  return pemOf({ ...own, subject: 'kube-apiserver' })
}

/**
 * What the API server shows kubelets, as `kubeadm init phase certs apiserver-kubelet-client` issues it
 * (kubernetes/kubernetes:cmd/kubeadm/app/phases/certs/certlist.go): since 1.29 with a group of no more rights than its binding gives
 * (kubernetes/kubernetes#121837). `minor`: 31.
 */
export const kubeletClientCertificate = (minor: number): string =>
  pemOf({
    ...issued(clusterAuthority, { key: 'apiserver-kubelet-client', dnsNames: [], ...validity }),
    subject: 'kube-apiserver-kubelet-client',
    organizations: [minor >= 29 ? 'kubeadm:cluster-admins' : 'system:masters'],
  })
