import type { RelationInfo } from '#cluster/relations/relation.ts'

/** One webhook of an admission configuration. */
export interface WebhookRow {
  readonly name: string // of the webhook: rancher.cattle.io.namespaces
  readonly kind: 'validating' | 'mutating'
  readonly failurePolicy?: 'Fail' | 'Ignore'
  readonly service?: string // namespace/name
  readonly url?: string
  /** `pods`, `namespaces`, `*`. */
  readonly resources: readonly string[]
}

export const webhooksInfo: RelationInfo<WebhookRow> = {
  key: (row) => `${row.kind}/${row.name}`,
  command: () => 'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o yaml',
  permission: 'list validatingwebhookconfigurations.admissionregistration.k8s.io',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
