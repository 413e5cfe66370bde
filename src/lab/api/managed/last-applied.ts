/** kubectl's annotation of what it applied: staging:apimachinery/pkg/util/managedfields/internal/lastapplied*.go. */
import { asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'

const annotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** What client-side apply wrote last; `undefined` where it never did. */
export function lastApplied(live: JsonObject): JsonObject | undefined {
  const text = asText(asObject(at(live, 'metadata.annotations'))[annotation])
  try {
    const last: unknown = JSON.parse(text ?? '')
    return isObject(last) ? last : undefined
  } catch {
    return undefined // there is none, or somebody wrote something else into it
  }
}

/** kubectl's annotation, where there is one, follows what it applies now: internal/lastappliedupdater.go. */
export function annotated(object: JsonObject, config: JsonObject): JsonObject {
  if (lastApplied(object) === undefined) return object
  const metadata = asObject(object.metadata)
  const sent = asObject(config.metadata)
  const { [annotation]: _old, ...rest } = asObject(sent.annotations)
  const kept = { ...config, metadata: 'annotations' in sent ? { ...sent, annotations: rest } : sent }
  const annotations = { ...asObject(metadata.annotations), [annotation]: `${JSON.stringify(sorted(kept))}\n` }
  return { ...object, metadata: { ...metadata, annotations } }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}
