/** Revisions of a Deployment, DaemonSet or StatefulSet: kubernetes/kubectl:pkg/polymorphichelpers/history.go. */
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { itemsOf, metadataOf, namespaceOf, uidOf } from '#lab/kubectl/client.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { type Found, pagesOf, typed } from '#lab/kubectl/lists.ts'
import { podSelector } from '#lab/kubectl/pods.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export interface Revision {
  readonly number: number
  /** The ReplicaSet or ControllerRevision that keeps it. */
  readonly keeper: JsonObject
  readonly template: JsonObject
  readonly cause: string
}

/** Oldest first. Throws KubectlError for what keeps no history. */
export async function revisionsOf(run: Run, owner: Found): Promise<readonly Revision[]> {
  const { kind, group } = owner.resource
  const keeperType =
    group !== 'apps'
      ? undefined
      : {
          Deployment: 'replicasets.apps',
          DaemonSet: 'controllerrevisions.apps',
          StatefulSet: 'controllerrevisions.apps',
        }[kind]
  if (keeperType === undefined)
    throw new KubectlError(
      `no history viewer has been implemented for ${JSON.stringify(`${kind}${group === '' ? '' : `.${group}`}`)}`,
    )
  const resource = resourceNamed(await run.discovery(), keeperType)
  const namespace = namespaceOf(owner.object)
  const pages = await pagesOf(run, { resource, namespace, selector: podSelector(owner) })
  return pages
    .flatMap(itemsOf)
    .filter((keeper) => isOwnedBy(keeper, owner.object))
    .map((keeper) => revisionOf(typed(resource, keeper), owner.object))
    .filter(({ number }) => Number.isFinite(number))
    .sort((a, b) => a.number - b.number)
}

const isOwnedBy = (keeper: JsonObject, owner: JsonObject): boolean =>
  asList(metadataOf(keeper)['ownerReferences'])
    .filter(isObject)
    .some(({ uid, controller }) => controller === true && uid === uidOf(owner))

function revisionOf(keeper: JsonObject, owner: JsonObject): Revision {
  const annotations = asObject(metadataOf(keeper)['annotations'])
  const cause = asText(annotations['kubernetes.io/change-cause']) ?? ''
  if (keeper['kind'] === 'ReplicaSet') {
    const number = Number(annotations['deployment.kubernetes.io/revision'] ?? Number.NaN)
    return { number, keeper, cause, template: asObject(at(keeper, 'spec.template')) }
  }
  // Its data is a patch of the owner that replaces the template.
  const { $patch: _, ...template } = asObject(at(keeper, 'data.spec.template'))
  const current = asObject(at(owner, 'spec.template'))
  return { number: Number(keeper['revision'] ?? 0), keeper, cause, template: { ...current, ...template } }
}

export const revisionMissing = (number: number): KubectlError =>
  new KubectlError(`unable to find specified revision ${number} in history`)
