import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A certificate, without its key: `openssl x509`, `kubeadm certs check-expiration`. */
export interface CertificateRow {
  readonly of: string // file, secret or server: /etc/kubernetes/pki/apiserver.crt, tigera-operator/typha-certs
  readonly subject?: string
  readonly notBeforeMs?: number
  readonly notAfterMs?: number
  readonly names?: readonly string[] // of the SAN: DNS names and addresses
}

export const certificatesInfo: RelationInfo<CertificateRow> = {
  key: (row) => `${row.of}:${row.subject ?? ''}`,
  command: () => 'openssl x509 -noout -subject -dates -ext subjectAltName -in <file>',
  permission: 'a shell on the node',
  tier: 'deep',
  cost: 5,
  carriesSymptoms: false,
}
