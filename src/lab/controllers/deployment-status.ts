/** What a Deployment says of itself: kubernetes/kubernetes:pkg/controller/deployment/{progress,sync}.go. */
import { parseTime, rfc3339 } from '#base/clock.ts'
import type { Condition, Deployment, ReplicaSet } from '#lab/api/objects.ts'
import { count, replicas, roomOf, sum } from '#lab/controllers/deployment-sizes.ts'

interface StatusInput {
  readonly deployment: Deployment
  readonly current: ReplicaSet | undefined
  readonly old: readonly ReplicaSet[]
  readonly nowMs: number
}

type Status = Readonly<Record<string, unknown>>

export function deploymentStatus(o: StatusInput): Status {
  const all = o.current === undefined ? o.old : [...o.old, o.current]
  const available = sum(all, (set) => count(set, 'availableReplicas'))
  const counts = {
    observedGeneration: o.deployment.metadata.generation ?? 1,
    replicas: sum(all, (set) => count(set, 'replicas')),
    updatedReplicas: o.current === undefined ? 0 : count(o.current, 'replicas'),
    readyReplicas: sum(all, (set) => count(set, 'readyReplicas')),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(all, replicas) - available),
  }
  const shown = Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0))
  return { ...shown, conditions: conditions(o, available) }
}

/** Every pod is of the newest set, and available. */
export function isComplete({ deployment, current, old }: StatusInput): boolean {
  const wanted = deployment.spec.replicas ?? 1
  return (
    current !== undefined &&
    count(current, 'replicas') === wanted &&
    count(current, 'availableReplicas') === wanted &&
    old.every((set) => count(set, 'replicas') === 0)
  )
}

/** When the Deployment will have made no progress for too long (default 600 s); undefined when that does not threaten. */
export function deadlineMs(deployment: Deployment): number | undefined {
  const progressing = previous(deployment, 'Progressing') as
    | (Condition & { readonly lastUpdateTime?: string })
    | undefined // Deployments' conditions have this field besides
  const since = parseTime(progressing?.lastUpdateTime ?? '')
  if (since === undefined || progressing?.status !== 'True') return undefined
  if (progressing.reason === 'NewReplicaSetAvailable') return undefined
  return since + (deployment.spec.progressDeadlineSeconds ?? 600) * 1000
}

function conditions(o: StatusInput, available: number): readonly Condition[] {
  const { wanted, spare } = roomOf(o.deployment)
  const enough = available >= wanted - spare
  const failure = failureOf(o.current, o.old)
  return [
    condition(o, 'Available', enough ? 'True' : 'False', {
      reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: enough
        ? 'Deployment has minimum availability.'
        : 'Deployment does not have minimum availability.',
    }),
    progressing(o),
    ...(failure === undefined ? [] : [failure]),
  ]
}

function progressing(o: StatusInput): Condition {
  const { deployment, current, nowMs } = o
  const before = previous(deployment, 'Progressing')
  const name = `ReplicaSet "${current?.metadata.name ?? deployment.metadata.name}"`
  if (deployment.spec.paused)
    return condition(o, 'Progressing', 'Unknown', {
      reason: 'DeploymentPaused',
      message: 'Deployment is paused',
    })
  if (before?.reason === 'DeploymentPaused')
    return condition(o, 'Progressing', 'Unknown', {
      reason: 'DeploymentResumed',
      message: 'Deployment is resumed',
    })
  if (isComplete(o) || (before?.reason === 'NewReplicaSetAvailable' && before.message?.startsWith(name)))
    return condition(o, 'Progressing', 'True', {
      reason: 'NewReplicaSetAvailable',
      message: `${name} has successfully progressed.`,
    })
  const late = deadlineMs(deployment)
  const stuck = late !== undefined && nowMs >= late
  if (!advanced(o) && (stuck || before?.reason === 'ProgressDeadlineExceeded'))
    return condition(o, 'Progressing', 'False', {
      reason: 'ProgressDeadlineExceeded',
      message: `${name} has timed out progressing.`,
    })
  const updated = { reason: 'ReplicaSetUpdated', message: `${name} is progressing.` }
  return condition(o, 'Progressing', 'True', updated, { moved: advanced(o) })
}

/** Whether there are more new, ready or available pods, or fewer old ones, than the status said (DeploymentProgressing). */
function advanced({ deployment, current, old }: StatusInput): boolean {
  const was = (field: string): number => Number(deployment.status?.[field] ?? 0)
  const all = current === undefined ? old : [...old, current]
  const updated = current === undefined ? 0 : count(current, 'replicas')
  return (
    updated > was('updatedReplicas') ||
    sum(all, (set) => count(set, 'replicas')) - updated < was('replicas') - was('updatedReplicas') ||
    sum(all, (set) => count(set, 'readyReplicas')) > was('readyReplicas') ||
    sum(all, (set) => count(set, 'availableReplicas')) > was('availableReplicas')
  )
}

/** A ReplicaSet that cannot make its pods is told of here too, the newest first. */
const failureOf = (current: ReplicaSet | undefined, old: readonly ReplicaSet[]): Condition | undefined =>
  [...(current === undefined ? [] : [current]), ...old]
    // The status of a ReplicaSet holds conditions.
    .flatMap(({ status }) => (status?.conditions as readonly Condition[] | undefined) ?? [])
    .find(({ type }) => type === 'ReplicaFailure')

function condition(
  { deployment, nowMs }: StatusInput,
  type: string,
  status: Condition['status'],
  { reason, message }: { readonly reason: string; readonly message: string },
  { moved = false }: { readonly moved?: boolean } = {},
): Condition {
  const before = previous(deployment, type)
  const now = rfc3339(nowMs)
  if (!moved && before?.status === status && before.reason === reason && before.message === message)
    return before
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now
  return { type, status, reason, message, lastTransitionTime, ...{ lastUpdateTime: now } }
}

const previous = (deployment: Deployment, type: string): Condition | undefined =>
  // The status of a Deployment that this controller wrote holds conditions.
  (deployment.status?.conditions as readonly Condition[] | undefined)?.find((each) => each.type === type)
