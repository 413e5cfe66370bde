import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A CertificateSigningRequest: somebody asks the cluster's authority for a certificate. */
export interface SigningRequestRow {
  readonly name: string
  readonly signer?: string // kubernetes.io/kube-apiserver-client-kubelet
  readonly requestor?: string // system:node:k8s-worker-03
  /** `pending`: nobody has approved or denied it. `approved`: not signed yet. */
  readonly state: 'pending' | 'approved' | 'issued' | 'denied' | 'failed'
}

export const signingRequestsInfo: RelationInfo<SigningRequestRow> = {
  key: (row) => row.name,
  command: () => 'kubectl get csr',
  permission: 'list certificatesigningrequests.certificates.k8s.io',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
