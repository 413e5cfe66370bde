import { seeded } from '#base/random.ts'
import type {
  KubeObject,
  Node,
  OwnerReference,
  Pod,
  PodTemplate,
  Taint,
  Toleration,
} from '#lab/api/objects.ts'

/** `namespace/name`, the key of caches and queues. */
export const objectKey = ({ metadata: { namespace, name } }: KubeObject): string =>
  namespace === undefined ? name : `${namespace}/${name}`

export const controllerOf = ({ metadata }: KubeObject): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)

/** Neither being deleted nor finished. */
export const isActive = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  pod.status.phase !== 'Succeeded' &&
  pod.status.phase !== 'Failed'

export const isReady = (pod: Pod): boolean =>
  pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true

export const nodeIsReady = (node: Node): boolean =>
  node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true

/** Whether a toleration is meant for a taint: api/core/v1 Toleration.ToleratesTaint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false
  if (toleration.key !== undefined && toleration.key !== '' && toleration.key !== taint.key) return false
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')
}

export const untolerated = (
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly Taint['effect'][],
): readonly Taint[] =>
  (taints ?? []).filter(
    (taint) => effects.includes(taint.effect) && !(tolerations ?? []).some((each) => tolerates(each, taint)),
  )

/** A short stable name for what a template says, in the characters that Kubernetes uses for hashes. */
export function templateHash(template: PodTemplate): string {
  const known = hashes.get(template)
  if (known !== undefined) return known
  const hash = seeded(`template ${JSON.stringify(template)}`).text(10)
  // What the API server keeps never changes; a template that somebody still builds may.
  if (Object.isFrozen(template)) hashes.set(template, hash)
  return hash
}

const hashes = new WeakMap<PodTemplate, string>()

export const ownedBy = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
})

/** What of a node decides where pods go: heartbeats change none of it. */
export const placing = ({ metadata, spec }: Node): string =>
  JSON.stringify([metadata.labels, spec.taints, spec.unschedulable])
