/** The events of a described object. */
import { parseTime } from '#base/clock.ts'
import { asObject, asText, at, type JsonObject } from '#lab/api/json.ts'
import { itemsOf, metadataOf, nameOf, namespaceOf, uidOf } from '#lab/kubectl/client.ts'
import { intervalOf } from '#lab/kubectl/commands/events.ts'
import { line } from '#lab/kubectl/describe/lines.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { pagesOf } from '#lab/kubectl/lists.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { StatusError } from '#lab/kubectl/trouble.ts'

/** Events about the object; who may not read them sees none. */
export async function eventsOf(run: Run, object: JsonObject): Promise<readonly JsonObject[]> {
  const kind = asText(object['kind']) ?? ''
  const mirrored = asText(asObject(metadataOf(object)['annotations'])['kubernetes.io/config.mirror'])
  // Kubelets call a node's events after its name, controllers after its uid.
  const uids = kind === 'Node' ? [uidOf(object), nameOf(object)] : [mirrored ?? uidOf(object)]
  const found: JsonObject[] = []
  for (const uid of uids) {
    const selector = {
      'involvedObject.name': nameOf(object),
      'involvedObject.namespace': namespaceOf(object) ?? '',
      ...(kind === 'Pod' ? {} : { 'involvedObject.kind': kind }),
      'involvedObject.uid': uid,
    }
    found.push(...(await searched(run, object, selector)))
  }
  return found
}

async function searched(
  run: Run,
  object: JsonObject,
  selector: Readonly<Record<string, string>>,
): Promise<readonly JsonObject[]> {
  const resource = resourceNamed(await run.discovery(), 'events')
  const fieldSelector = Object.entries(selector)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
  try {
    const pages = await pagesOf(run, { resource, namespace: namespaceOf(object), fieldSelector })
    return pages.flatMap(itemsOf)
  } catch (error) {
    if (error instanceof StatusError) return []
    throw error
  }
}

const lastMs = (event: JsonObject): number =>
  parseTime(
    asText(at(event, 'series.lastObservedTime')) ??
      asText(event['lastTimestamp']) ??
      asText(event['eventTime']) ??
      '',
  ) ?? 0

export function eventLines(events: readonly JsonObject[], nowMs: number): readonly string[] {
  if (events.length === 0) return ['Events:\t<none>']
  const rows = [...events]
    .sort((a, b) => lastMs(a) - lastMs(b))
    .map((event) => {
      const from = asText(at(event, 'source.component')) || asText(event['reportingComponent']) || ''
      return line(
        1,
        [
          asText(event['type']) ?? '',
          asText(event['reason']) ?? '',
          intervalOf(event, nowMs),
          from,
          (asText(event['message']) ?? '').trim(),
        ].join('\t'),
      )
    })
  return [
    'Events:',
    line(1, 'Type\tReason\tAge\tFrom\tMessage'),
    line(1, '----\t------\t----\t----\t-------'),
    ...rows,
  ]
}
