/** How many pods each ReplicaSet of a Deployment should have now: kubernetes/kubernetes:pkg/controller/deployment/{rolling,recreate,sync}.go. */
import type { Deployment, ReplicaSet } from '#lab/api/objects.ts'

export const replicas = (set: ReplicaSet): number => set.spec.replicas ?? 1
export const count = (set: ReplicaSet, field: string): number => Number(set.status?.[field] ?? 0)
export const sum = <T>(of: readonly T[], value: (each: T) => number): number =>
  of.reduce((total, each) => total + value(each), 0)

export interface Room {
  readonly wanted: number
  readonly rolling: boolean
  /** Pods that may be there beyond `wanted`. */
  readonly surge: number
  /** Pods that may be missing. */
  readonly spare: number
}

/** ResolveFenceposts: with neither, one pod may be missing. */
export function roomOf({ spec }: Deployment): Room {
  const wanted = spec.replicas ?? 1
  if (spec.strategy?.type === 'Recreate') return { wanted, rolling: false, surge: 0, spare: wanted }
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {}
  const surge = share(maxSurge, wanted, Math.ceil)
  const spare = share(maxUnavailable, wanted, Math.floor)
  return { wanted, rolling: true, surge, spare: surge === 0 && spare === 0 ? 1 : Math.min(spare, wanted) }
}

const share = (value: number | string, all: number, round: (value: number) => number): number =>
  typeof value === 'number' ? value : round((Number.parseFloat(value) / 100) * all)

/** The size of the newest set; `present` is 0 while there is none. */
export function currentSize(room: Room, o: { readonly present: number; readonly old: number }): number {
  if (!room.rolling) return room.wanted
  if (o.present > room.wanted) return room.wanted
  return Math.min(room.wanted, Math.max(o.present, room.wanted + room.surge - o.old))
}

/** The old sets, oldest first, with the sizes that they should go down to: those whose pods are not available go first. */
export function oldSizes(
  room: Room,
  { current, old }: { readonly current: ReplicaSet; readonly old: readonly ReplicaSet[] },
): ReadonlyMap<ReplicaSet, number> {
  const sizes = new Map(old.map((set) => [set, replicas(set)]))
  const least = room.wanted - room.spare
  const unavailable = Math.max(0, replicas(current) - count(current, 'availableReplicas'))
  let mayGo = replicas(current) + sum(old, replicas) - least - unavailable
  if (mayGo <= 0) return sizes
  for (const set of old) {
    const broken = Math.min(mayGo, Math.max(0, replicas(set) - count(set, 'availableReplicas')))
    sizes.set(set, replicas(set) - broken)
    mayGo -= broken
  }
  let available = sum([current, ...old], (set) => count(set, 'availableReplicas')) - least
  for (const set of old) {
    const size = sizes.get(set) ?? 0
    const less = Math.min(size, Math.max(0, available))
    sizes.set(set, size - less)
    available -= less
  }
  return sizes
}

/** Several living sets share a change of scale in proportion to their sizes (the bigger take what rounding leaves). */
export function proportional(room: Room, living: readonly ReplicaSet[]): ReadonlyMap<ReplicaSet, number> {
  const all = sum(living, replicas)
  const allowed = room.wanted > 0 ? room.wanted + room.surge : 0
  const biggestFirst = [...living].sort((a, b) => replicas(b) - replicas(a))
  let left = allowed - all
  const sizes = new Map<ReplicaSet, number>()
  for (const set of biggestFirst) {
    const before = Number(set.metadata.annotations?.[maxReplicasKey] ?? all)
    const ideal = Math.round((replicas(set) * allowed) / Math.max(1, before)) - replicas(set)
    const change = left > 0 ? Math.min(ideal, left) : Math.max(ideal, left)
    sizes.set(set, Math.max(0, replicas(set) + change))
    left -= change
  }
  const [first] = biggestFirst
  if (first !== undefined && left !== 0) sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + left))
  return sizes
}

export const maxReplicasKey = 'deployment.kubernetes.io/max-replicas'
export const desiredReplicasKey = 'deployment.kubernetes.io/desired-replicas'
export const revisionKey = 'deployment.kubernetes.io/revision'
