/** What the server keeps in hand of a namespace: pkg/registry/core/namespace/strategy.go (PrepareForCreate, PrepareForUpdate). */
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'

const guardian = 'kubernetes'

/**
 * A new namespace is active and has the finalizer that lets it go only when it is empty. `kubectl create namespace` sends
 * `spec: {}`; without the finalizer such a namespace would vanish at once and leave its pods behind.
 */
export function admitNewNamespace(object: JsonObject): JsonObject {
  const spec = asObject(object.spec)
  const finalizers = asList(spec.finalizers)
  return {
    ...labelled(object),
    spec: { ...spec, finalizers: finalizers.includes(guardian) ? finalizers : [...finalizers, guardian] },
    status: { phase: 'Active' },
  }
}

/** Its finalizers go by the part `finalize` alone, whatever else an update says of them. */
export const admitChangedNamespace = (old: JsonObject, next: JsonObject): JsonObject => ({
  ...labelled(next),
  spec: old.spec,
})

/** pkg/apis/core/v1/defaults.go (SetDefaults_Namespace). */
function labelled(object: JsonObject): JsonObject {
  const metadata = asObject(object.metadata)
  const labels = asObject(metadata.labels)
  const label = 'kubernetes.io/metadata.name'
  return labels[label] === metadata.name
    ? object
    : { ...object, metadata: { ...metadata, labels: { ...labels, [label]: metadata.name } } }
}
