import type { DaemonSetRow, IpPoolRow } from '#cluster/relations.ts'
import { defined } from '#sources/formats/objects/defined.ts'
import type { DaemonSetObject, IpPoolObject } from '#sources/formats/shapes.ts'

export const daemonSetRow = ({ metadata, status }: DaemonSetObject): DaemonSetRow => ({
  namespace: metadata.namespace ?? 'default',
  name: metadata.name,
  ...defined({
    desired: status?.desiredNumberScheduled,
    current: status?.currentNumberScheduled,
    ready: status?.numberReady,
    available: status?.numberAvailable,
  }),
})

/** Modes that are absent or empty mean Never: projectcalico/calico:api/pkg/apis/projectcalico/v3/ippool.go. */
export const ipPoolRow = ({ metadata, spec }: IpPoolObject): IpPoolRow => ({
  name: metadata.name,
  cidr: spec.cidr,
  disabled: spec.disabled === true,
  encapsulation: encapsulation(spec),
  ...defined({
    natOutgoing: spec.natOutgoing,
    nodeSelector: spec.nodeSelector,
    blockSize: spec.blockSize,
    allowedUses: spec.allowedUses,
    resourceVersion: metadata.resourceVersion,
  }),
})

function encapsulation({ ipipMode, vxlanMode }: IpPoolObject['spec']): IpPoolRow['encapsulation'] {
  if (ipipMode === 'Always') return 'ipip'
  if (ipipMode === 'CrossSubnet') return 'ipip-cross-subnet'
  if (vxlanMode === 'Always') return 'vxlan'
  if (vxlanMode === 'CrossSubnet') return 'vxlan-cross-subnet'
  return 'none'
}
