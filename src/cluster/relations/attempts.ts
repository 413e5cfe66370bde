import type { RelationInfo } from '#cluster/relations/relation.ts'

/**
 * What somebody tried or changed, and what came of it. Told by people, so never decisive; but a change that cured says
 * what was wrong, and one that did not says what was not.
 */
export interface AttemptRow {
  readonly act: AttemptAct
  readonly outcome: 'cured' | 'no-change' | 'worse' | 'broke' | 'unknown'
  readonly node?: string
  /** `VXLANCrossSubnet` and `VXLAN` of `VXLANCrossSubnet -> VXLAN`; the flag or path that was changed. */
  readonly before?: string
  readonly after?: string
}

/** `set-setting`: `before` and `after` hold the values; everything else names itself. */
export type AttemptAct =
  | 'restart-calico-node'
  | 'delete-calico-pod'
  | 'restart-typha' // also by deleting its pods
  | 'restart-runtime'
  | 'restart-kubelet'
  | 'reboot'
  | 'reload-worker'
  | 'replace-worker'
  | 'stop-firewall'
  | 'allow-in-firewall'
  | 'open-port'
  | 'forward-accept'
  | 'flush-rules'
  | 'disable-checksum-offload'
  | 'change-encapsulation'
  | 'change-mtu'
  | 'change-autodetection'
  | 'change-backend'
  | 'disable-wireguard'
  | 'raise-memory-limit'
  | 'raise-cpu'
  | 'allow-loose-rpf'
  | 'load-module'
  | 'raise-limit'
  | 'enable-forwarding'
  | 'add-mount'
  | 'delete-node-entry'
  | 'delete-device'
  | 'remove-policy' // of Calico or Kubernetes, or a HostEndpoint; `after`: its name
  | 'uninstall-network' // `after`: calico, flannel …
  | 'upgrade'
  | 'apply-manifest'
  | 'set-setting'

export const attemptsInfo: RelationInfo<AttemptRow> = {
  key: (row) => [row.act, row.outcome, row.node ?? '', row.before ?? '', row.after ?? ''].join('|'),
  command: () => 'ask whoever reported it what was tried',
  permission: 'none',
  tier: 'api',
  cost: 6,
  carriesSymptoms: false,
}
