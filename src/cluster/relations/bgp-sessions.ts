import { named, type RelationInfo } from '#cluster/relations/relation.ts'

export interface BgpSessionRow {
  readonly node: string // on which it was read
  readonly peer: string // address
  readonly kind: 'mesh' | 'node' | 'global'
  readonly up: boolean
  readonly state: string // Established, Active, Connect, Idle, Passive …
  readonly info?: string // Socket: Connection refused
}

export const bgpSessionsInfo: RelationInfo<BgpSessionRow> = {
  key: (row) => `${row.node}>${row.peer}`,
  command: (where) => {
    const { namespace, pod } = named(where)
    return `kubectl exec -n ${namespace} ${pod} -c calico-node -- birdcl -s /var/run/calico/bird.ctl show protocols`
  },
  permission: 'create pods/exec',
  tier: 'deep',
  cost: 4,
  carriesSymptoms: false,
}
