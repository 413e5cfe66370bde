import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A worker as its managed provider knows it: `ibmcloud ks worker ls`. */
export interface WorkerRow {
  readonly id: string // kube-…-00000123
  /** The Kubernetes node's name: on IBM Cloud its private address. */
  readonly node?: string
  readonly state: string // normal, deployed, critical, reloading, reload_failed …
  readonly status?: string // Ready, or the provider's words
  readonly pool?: string
  readonly zone?: string
  readonly vlan?: string // private VLAN or subnet
  readonly version?: string
}

export const workersInfo: RelationInfo<WorkerRow> = {
  key: (row) => row.id,
  command: () => 'ibmcloud ks workers --cluster <cluster>',
  permission: 'the cloud account’s viewer role',
  tier: 'deep',
  cost: 4,
  carriesSymptoms: false,
}
