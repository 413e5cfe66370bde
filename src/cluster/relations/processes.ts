import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** The credentials with which a node's calico-node container runs its programs, as far as they were seen. */
export interface ProcessRow {
  readonly node: string
  readonly program: string // bird, calico-node
  readonly uid: number // effective
  readonly gid?: number
  readonly groups?: readonly number[] // supplementary
  readonly capabilities?: readonly string[]
}

export const processesInfo: RelationInfo<ProcessRow> = {
  key: (row) => `${row.node}:${row.program}`,
  command: (where) => {
    const { namespace, pod } = named(where)
    return `kubectl exec -n ${namespace} ${pod} -c calico-node -- sh -c 'grep -HE "^(Name|Uid|Gid|Groups|Cap)" /proc/[0-9]*/status'`
  },
  permission: 'create pods/exec',
  tier: 'deep',
  cost: 4,
  carriesSymptoms: false,
}
