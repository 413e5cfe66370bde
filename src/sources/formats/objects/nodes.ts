import type { ConditionRow, NodeRow } from '#cluster/relations.ts'
import { atMs, defined } from '#sources/formats/objects/defined.ts'
import type { NodeObject } from '#sources/formats/shapes.ts'

/** A Node object as a row. `projectcalico.org/IPv4Address` is what calico-node's startup writes: projectcalico/calico:node/pkg/lifecycle/startup/startup.go. */
export function nodeRow({ metadata, spec, status }: NodeObject): NodeRow {
  return {
    name: metadata.name,
    unschedulable: spec?.unschedulable === true,
    conditions: (status?.conditions ?? []).map(conditionRow),
    taints: spec?.taints ?? [],
    labels: metadata.labels ?? {},
    ...defined({
      internalIp: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address,
      calicoIpv4: metadata.annotations?.['projectcalico.org/IPv4Address'],
      kubeletVersion: status?.nodeInfo?.kubeletVersion,
      createdAtMs: atMs(metadata.creationTimestamp),
    }),
  }
}

type Condition = NonNullable<NonNullable<NodeObject['status']>['conditions']>[number]

const conditionRow = (condition: Condition): ConditionRow => ({
  type: condition.type,
  status: condition.status,
  ...defined({
    reason: condition.reason,
    message: condition.message,
    heartbeatAtMs: atMs(condition.lastHeartbeatTime),
    transitionAtMs: atMs(condition.lastTransitionTime),
  }),
})
