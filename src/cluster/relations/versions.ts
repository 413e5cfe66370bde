import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A version, wherever it stood: an image's tag, a banner, `uname -r`. It decides or narrows several causes. */
export interface VersionRow {
  readonly of: string // calico, calico/node, tigera-operator, kubernetes, kernel, ipset, iptables, containerd, docker, os
  readonly version: string // as printed: v3.29.1, 5.4.0-1045, v1.8.4 (nf_tables)
  readonly node?: string
}

export const versionsInfo: RelationInfo<VersionRow> = {
  key: (row) => [row.of, row.node ?? '', row.version].join('|'),
  command: ({ namespace }) =>
    `kubectl version; kubectl get daemonset -n ${namespace ?? 'kube-system'} calico-node -o wide; kubectl get nodes -o wide`,
  permission: 'list daemonsets.apps',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
