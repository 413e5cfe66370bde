import type { RelationInfo } from '#cluster/relations/relation.ts'

export interface IpPoolRow {
  readonly name: string
  readonly cidr: string
  readonly disabled: boolean
  readonly encapsulation: 'none' | 'ipip' | 'ipip-cross-subnet' | 'vxlan' | 'vxlan-cross-subnet'
  readonly natOutgoing?: boolean
  readonly nodeSelector?: string // all()
  readonly blockSize?: number
  readonly allowedUses?: readonly string[] // Workload, Tunnel, LoadBalancer
  readonly resourceVersion?: string
}

export const ipPoolsInfo: RelationInfo<IpPoolRow> = {
  key: (row) => row.name,
  command: () => 'kubectl get ippools.crd.projectcalico.org -o yaml',
  permission: 'list ippools.crd.projectcalico.org',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
