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
    JSON.stringify([metadata.name, isLeaders(spec) ? termOf(lab, spec) : spec]),
  )
  return { nodes: nodes.sort(), pods: pods.sort(), leases }
}

const isLeaders = ({ leaseDurationSeconds }: Lease['spec']): boolean => leaseDurationSeconds === 15

/** Leaders renew every two seconds, and the ms that an answer takes add up: of them it is told whether they are in time. */
function termOf(lab: Lab, { renewTime = '', ...spec }: Lease['spec']) {
  return { ...spec, isInTime: lab.nowMs - Date.parse(renewTime) < 5000 }
}

/** What the shop's customers lived through, what happened in the same instant in a fixed order; those who still wait are told of later. */
export async function visits(lab: Lab): Promise<readonly string[]> {
  const traffic = await trafficOf(lab, 0)
  // A server counts as back in the millisecond in which the last of its checks was answered, which another check may delay by one.
  const balanced = traffic.balanced.map((each) => ({ ...each, atMs: Math.floor(each.atMs / 10) * 10 }))
  const over = [...traffic.visits, ...balanced].filter(({ atMs }) => atMs < lab.nowMs - patienceMs)
  return over.map((each) => JSON.stringify(each)).sort()
}

/** How long a customer waits at most. */
const patienceMs = 5000
