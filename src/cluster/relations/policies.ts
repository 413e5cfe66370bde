import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A network policy of Kubernetes or Calico, as far as it matters whom it selects and what it lets through. */
export interface PolicyRow {
  readonly kind: string // NetworkPolicy, GlobalNetworkPolicy, StagedNetworkPolicy …
  readonly namespace?: string
  readonly name: string
  /** '' and `all()` select everything. */
  readonly selector: string
  readonly types: readonly ('Ingress' | 'Egress')[]
  readonly rules: readonly PolicyRule[]
  readonly applyOnForward?: boolean
  readonly preDnat?: boolean
}

export interface PolicyRule {
  readonly direction: 'Ingress' | 'Egress'
  readonly action: 'Allow' | 'Deny' | 'Log' | 'Pass'
  readonly protocol?: string
  readonly ports?: readonly string[]
}

export const policiesInfo: RelationInfo<PolicyRow> = {
  key: (row) => `${row.kind}/${row.namespace ?? ''}/${row.name}`,
  command: () =>
    'kubectl get globalnetworkpolicies.crd.projectcalico.org -o yaml; kubectl get networkpolicies -A',
  permission: 'list globalnetworkpolicies.crd.projectcalico.org',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
