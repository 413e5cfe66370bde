import { trafficOf } from '#drill/measure/traffic.ts'
import type { Lease, Node, Pod } from '#lab/api/objects.ts'
import type { Lab } from '#lab/lab.ts'

export const addressKey = 'projectcalico.org/IPv4Address'

export interface Told {
  readonly nodes: readonly string[]
  readonly pods: readonly string[]
  readonly leases: readonly string[]
}

/** What the cluster says of itself: every condition with the time of its last change (a node's of its last report, too), every container with its starts. */
export function told(lab: Lab): Told {
  const { store, beats } = lab.api.state
  beats.catchUp('coordination.k8s.io/leases')
  const all = <T>(bucket: string): readonly T[] => store.list(bucket) as unknown as readonly T[] // of that bucket only
  const nodes = all<Node>('/nodes').flatMap(({ metadata, status }) => [
    `${metadata.name} ${metadata.annotations?.[addressKey]}`,
    ...(status.conditions ?? []).map(
      (c) => `${metadata.name} ${c.type} ${c.status} ${c.lastTransitionTime} ${c.lastHeartbeatTime}`,
    ),
  ])
  const pods = all<Pod>('/pods').flatMap(({ metadata, status }) => [
    ...(status.conditions ?? []).map((c) => `${metadata.name} ${c.type} ${c.status} ${c.lastTransitionTime}`),
    ...(status.containerStatuses ?? []).map(
      (c) => `${metadata.name} ${c.name} ${c.restartCount} ${JSON.stringify(c.state)}`,
    ),
  ])
  const leases = all<Lease>('coordination.k8s.io/leases').map(({ metadata, spec }) =>
    JSON.stringify([metadata.name, spec]),
  )
  return { nodes: nodes.sort(), pods: pods.sort(), leases }
}

/** What the shop's customers lived through; those who still wait are told of later. */
export async function visits(lab: Lab): Promise<readonly string[]> {
  const traffic = await trafficOf(lab, 0)
  const over = [...traffic.visits, ...traffic.balanced].filter(({ atMs }) => atMs < lab.nowMs - patienceMs)
  return over.map((each) => JSON.stringify(each))
}

/** How long a customer waits at most. */
const patienceMs = 5000
