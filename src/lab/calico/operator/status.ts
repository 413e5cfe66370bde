import { rfc3339 } from '#base/clock.ts'
import type { DaemonSet, Deployment, KubeObject, Pod } from '#lab/api/objects.ts'

export interface TigeraStatus extends KubeObject {
  readonly spec: Readonly<Record<string, never>>
  readonly status?: { readonly conditions?: readonly StatusCondition[] }
}

export interface StatusCondition {
  readonly type: 'Available' | 'Progressing' | 'Degraded'
  readonly status: 'True' | 'False'
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
  readonly observedGeneration: number
}

/** Why a component cannot be reconciled, in the operator's words. */
export interface Degraded {
  readonly reason: string
  readonly message: string
}

/** What a component consists of, as it is. */
export interface Watched {
  readonly daemonSets: readonly DaemonSet[]
  readonly deployments: readonly Deployment[]
  readonly pods: readonly Pod[]
}

const allWell = { reason: 'AllObjectsAvailable', message: 'All objects available' }

/**
 * The conditions of a component (tigera/operator:pkg/controller/status/status.go): what rolls out is progressing, a pod that
 * fails makes it degraded, and what the operator could not do makes it degraded before anything else.
 */
export function conditionsOf(
  watched: Watched,
  o: { readonly degraded: Degraded | undefined; readonly generation: number; readonly nowMs: number },
): readonly StatusCondition[] {
  const progressing = [
    ...watched.daemonSets.flatMap(daemonSetProgress),
    ...watched.deployments.flatMap(deploymentProgress),
  ]
  const failing = watched.pods.flatMap(failure)
  const degradedMessages = [...(o.degraded ? [o.degraded.message] : []), ...failing]
  const isDegraded = degradedMessages.length > 0
  const isProgressing = progressing.length > 0
  const available = !isDegraded && !isProgressing
  const base = { lastTransitionTime: rfc3339(o.nowMs), observedGeneration: o.generation }
  const off = isDegraded
    ? { reason: o.degraded?.reason ?? 'PodFailure', message: degradedMessages.join('\n') }
    : { reason: 'ResourceNotReady', message: progressing.join('\n') }
  return [
    { ...base, type: 'Available', status: truth(available), ...(available ? allWell : off) },
    {
      ...base,
      type: 'Progressing',
      status: truth(isProgressing),
      ...(isProgressing ? { reason: 'ResourceNotReady', message: progressing.join('\n') } : allWell),
    },
    {
      ...base,
      type: 'Degraded',
      status: truth(isDegraded),
      ...(isDegraded ? off : allWell),
    },
  ]
}

const truth = (value: boolean): 'True' | 'False' => (value ? 'True' : 'False')

/** The condition keeps its time while its status does not change. */
export const withTimes = (
  next: readonly StatusCondition[],
  previous: readonly StatusCondition[] | undefined,
): readonly StatusCondition[] =>
  next.map((condition) => {
    const was = previous?.find((each) => each.type === condition.type)
    return was?.status === condition.status
      ? { ...condition, lastTransitionTime: was.lastTransitionTime }
      : condition
  })

const named = ({ metadata }: KubeObject): string => JSON.stringify(`${metadata.namespace}/${metadata.name}`)

function daemonSetProgress(set: DaemonSet): readonly string[] {
  const { status, metadata } = set
  const { desiredNumberScheduled: desired = 0, updatedNumberScheduled: updated = 0 } = status
  const says = `DaemonSet ${named(set)}`
  if (updated < desired) return [`${says} update is rolling out (${updated} out of ${desired} updated)`]
  const missing = status.numberUnavailable ?? desired - (status.numberAvailable ?? 0)
  if (missing > 0) return [`${says} is not available (awaiting ${missing} nodes)`]
  if (desired === 0) return [`${says} is not yet scheduled on any nodes`]
  return generation(says, metadata.generation, status.observedGeneration)
}

function deploymentProgress(deployment: Deployment): readonly string[] {
  const { status, metadata, spec } = deployment
  const says = `Deployment ${named(deployment)}`
  const available = Number(status?.availableReplicas ?? 0)
  const missing = Number(status?.unavailableReplicas ?? Math.max(0, (spec.replicas ?? 1) - available))
  if (missing > 0) return [`${says} is not available (awaiting ${missing} replicas)`]
  if (available === 0) return [`${says} is not yet scheduled on any nodes`]
  return generation(says, metadata.generation, Number(status?.observedGeneration ?? 0))
}

const generation = (
  says: string,
  own: number | undefined,
  observed: number | undefined,
): readonly string[] =>
  own !== undefined && (observed ?? 0) < own
    ? [`${says} update is being processed (generation ${own}, observed generation ${observed ?? 0})`]
    : []

/** The first thing that is wrong with a pod; nothing while it only waits. */
function failure(pod: Pod): readonly string[] {
  const { metadata, status } = pod
  const about = `Pod ${metadata.namespace}/${metadata.name}`
  if (status.phase === 'Failed') return [`${about} has failed`]
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  for (const { name, state } of containers) {
    const reason = state?.waiting?.reason
    if (reason === 'CrashLoopBackOff') return [`${about} has crash looping container: ${name}`]
    if (reason === 'ImagePullBackOff' || reason === 'ErrImagePull')
      return [`${about} failed to pull container image for: ${name}`]
    const ended = state?.terminated
    if (ended !== undefined && ended.reason === 'Error') return [`${about} has terminated container: ${name}`]
  }
  return []
}
