/** What `kubectl apply` remembers on objects: kubernetes/kubectl:pkg/util/apply.go. */
import { asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { metadataOf } from '#lab/kubectl/client.ts'
import { goJson } from '#lab/kubectl/jsonpath/find.ts'

export const lastAppliedKey = 'kubectl.kubernetes.io/last-applied-configuration'

/** The object with itself in its annotation. */
export function withLastApplied(object: JsonObject): JsonObject {
  const annotate = (annotations: JsonObject): JsonObject => ({
    ...object,
    metadata: { ...metadataOf(object), annotations },
  })
  const { [lastAppliedKey]: _, ...own } = asObject(metadataOf(object)['annotations'])
  return annotate({ ...own, [lastAppliedKey]: `${goJson(annotate(own))}\n` })
}

/** What was applied last; nothing for an object that was made otherwise. */
export function lastApplied(object: JsonObject): JsonObject | undefined {
  const text = asText(asObject(metadataOf(object)['annotations'])[lastAppliedKey])
  if (text === undefined) return undefined
  const value: unknown = JSON.parse(text)
  return isObject(value) ? value : undefined
}
