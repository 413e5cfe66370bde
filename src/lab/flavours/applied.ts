import { isObject } from '#lab/api/json.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'

/**
 * As `kubectl apply` leaves an object: it remembers what was applied, so that the next `kubectl apply` can take away what a
 * manifest no longer says (kubernetes/kubectl:pkg/util/apply.go). kubeadm writes its own objects without.
 */
export function applied(draft: Draft<KubeObject>): Draft<KubeObject> {
  const { metadata } = draft
  const annotate = (annotations: Readonly<Record<string, string>>): Draft<KubeObject> => ({
    ...draft,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
  })
  const last = JSON.stringify(annotate({}), keysInOrder)
  return annotate({ 'kubectl.kubernetes.io/last-applied-configuration': `${last}\n` })
}

/** For JSON.stringify: kubectl writes the keys of a map in order. */
const keysInOrder = (_: string, value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value
