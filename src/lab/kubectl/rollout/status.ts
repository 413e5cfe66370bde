/** How far a rollout is: kubernetes/kubectl:pkg/polymorphichelpers/rollout_status.go. */
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { nameOf } from '#lab/kubectl/client.ts'
import type { Resource } from '#lab/kubectl/discovery.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export interface RolloutStatus {
  readonly text: string
  readonly done: boolean
}

const goes = (text: string): RolloutStatus => ({ text, done: false })
const done = (text: string): RolloutStatus => ({ text, done: true })
const number = (object: JsonObject, path: string): number => Number(at(object, path) ?? 0)

/** Throws KubectlError for what has no rollout, and for one that failed. */
export function statusOf({ group, kind }: Resource, object: JsonObject, revision: number): RolloutStatus {
  if (group === 'apps' && kind === 'Deployment') return deployment(object, revision)
  if (group === 'apps' && kind === 'DaemonSet') return daemonSet(object)
  if (group === 'apps' && kind === 'StatefulSet') return statefulSet(object)
  throw new KubectlError(
    `no status viewer has been implemented for ${kind}${group === '' ? '' : `.${group}`}`,
  )
}

const isObserved = (object: JsonObject): boolean =>
  number(object, 'metadata.generation') <= number(object, 'status.observedGeneration')

function deployment(object: JsonObject, revision: number): RolloutStatus {
  const running = Number(
    asObject(at(object, 'metadata.annotations'))['deployment.kubernetes.io/revision'] ?? 0,
  )
  if (revision > 0 && revision !== running)
    throw new KubectlError(
      `desired revision (${revision}) is different from the running revision (${running})`,
    )
  if (!isObserved(object)) return goes('Waiting for deployment spec update to be observed...')
  const name = JSON.stringify(nameOf(object))
  const progressing = asList(at(object, 'status.conditions'))
    .map(asObject)
    .find(({ type }) => type === 'Progressing')
  if (progressing?.['reason'] === 'ProgressDeadlineExceeded')
    throw new KubectlError(`deployment ${name} exceeded its progress deadline`)
  const wanted = Number(at(object, 'spec.replicas') ?? 1)
  const updated = number(object, 'status.updatedReplicas')
  const all = number(object, 'status.replicas')
  const available = number(object, 'status.availableReplicas')
  const waiting = `Waiting for deployment ${name} rollout to finish:`
  if (updated < wanted)
    return goes(`${waiting} ${updated} out of ${wanted} new replicas have been updated...`)
  if (all > updated) return goes(`${waiting} ${all - updated} old replicas are pending termination...`)
  if (available < updated)
    return goes(`${waiting} ${available} of ${updated} updated replicas are available...`)
  return done(`deployment ${name} successfully rolled out`)
}

const rollingOnly = 'rollout status is only available for RollingUpdate strategy type'

function daemonSet(object: JsonObject): RolloutStatus {
  if (at(object, 'spec.updateStrategy.type') !== 'RollingUpdate') throw new KubectlError(rollingOnly)
  if (!isObserved(object)) return goes('Waiting for daemon set spec update to be observed...')
  const name = JSON.stringify(nameOf(object))
  const wanted = number(object, 'status.desiredNumberScheduled')
  const updated = number(object, 'status.updatedNumberScheduled')
  const available = number(object, 'status.numberAvailable')
  const waiting = `Waiting for daemon set ${name} rollout to finish:`
  if (updated < wanted) return goes(`${waiting} ${updated} out of ${wanted} new pods have been updated...`)
  if (available < wanted) return goes(`${waiting} ${available} of ${wanted} updated pods are available...`)
  return done(`daemon set ${name} successfully rolled out`)
}

function statefulSet(object: JsonObject): RolloutStatus {
  if (at(object, 'spec.updateStrategy.type') !== 'RollingUpdate') throw new KubectlError(rollingOnly)
  if (number(object, 'status.observedGeneration') === 0 || !isObserved(object))
    return goes('Waiting for statefulset spec update to be observed...')
  const wanted = Number(at(object, 'spec.replicas') ?? 1)
  const ready = number(object, 'status.readyReplicas')
  if (ready < wanted) return goes(`Waiting for ${wanted - ready} pods to be ready...`)
  const updated = number(object, 'status.updatedReplicas')
  const partition = at(object, 'spec.updateStrategy.rollingUpdate.partition')
  if (at(object, 'spec.updateStrategy.rollingUpdate') !== undefined) {
    const due = wanted - Number(partition ?? 0)
    if (updated < due)
      return goes(
        `Waiting for partitioned roll out to finish: ${updated} out of ${due} new pods have been updated...`,
      )
    return done(`partitioned roll out complete: ${updated} new pods have been updated...`)
  }
  const revision = at(object, 'status.updateRevision')
  if (revision !== at(object, 'status.currentRevision'))
    return goes(
      `waiting for statefulset rolling update to complete ${updated} pods at revision ${String(revision)}...`,
    )
  const current = number(object, 'status.currentReplicas')
  return done(
    `statefulset rolling update complete ${current} pods at revision ${String(at(object, 'status.currentRevision'))}...`,
  )
}
