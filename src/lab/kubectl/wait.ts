/** Waiting for objects by watches, in the lab's time: client-go:tools/watch (UntilWithSync). */
import { asText, type JsonObject } from '#lab/api/json.ts'
import { itemsOf, metadataOf, uidOf } from '#lab/kubectl/client.ts'
import { pathOf, type Resource } from '#lab/kubectl/discovery.ts'
import { Interrupted, until } from '#lab/kubectl/ports.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { isStatus, KubectlError } from '#lab/kubectl/trouble.ts'
import { type Watching, watch } from '#lab/kubectl/watch.ts'

export interface Awaited {
  readonly resource: Resource
  readonly name: string
  readonly namespace: string | undefined
}

/** What is there now, and then what becomes of it: `undefined` once it is gone. */
export type Look = (object: JsonObject | undefined) => boolean

/**
 * Looks at an object now and at each change until `look` says that it has seen enough; false when `endMs` passes first.
 * Rejects with {@link Interrupted} when somebody's patience ends before.
 */
export async function follow(
  run: Run,
  one: Awaited,
  o: { readonly endMs: number; readonly look: Look },
): Promise<boolean> {
  const { client, ports } = run
  const patienceMs = ports.nowMs() + ports.patience.waitMs
  const endMs = Math.min(o.endMs, patienceMs)
  const query = { fieldSelector: `metadata.name=${one.name}` }
  const path = pathOf(one.resource, { namespace: one.namespace })
  for (;;) {
    const list = await client.json(path, { query })
    if (o.look(itemsOf(list)[0])) return true
    const resourceVersion = asText(metadataOf(list)['resourceVersion'])
    const watching = await watch(client, path, { query: { ...query, resourceVersion } })
    const seen = await watched(watching, endMs, o.look)
    watching.close()
    if (seen === 'seen') return true
    if (seen === 'ended') continue
    if (o.endMs > patienceMs) throw new Interrupted('nobody waits any longer')
    return false
  }
}

async function watched(watching: Watching, endMs: number, look: Look): Promise<'seen' | 'ended' | 'late'> {
  for (;;) {
    const change = await watching.next(until(endMs))
    if (change === undefined) return 'late'
    if (change === 'ended') return 'ended'
    if (change.type === 'BOOKMARK') continue
    if (look(change.type === 'DELETED' ? undefined : change.object)) return 'seen'
  }
}

/** Waits until the object of that uid is gone. Rejects in kubectl's words when `endMs` passes first. */
export async function untilGone(
  run: Run,
  one: Awaited,
  o: { readonly uid: string; readonly endMs: number },
): Promise<void> {
  const look: Look = (object) => object === undefined || (o.uid !== '' && uidOf(object) !== o.uid)
  try {
    if (await follow(run, one, { endMs: o.endMs, look })) return
  } catch (error) {
    // Who may delete, but not look, does not wait; neither does who deleted the type.
    if (isStatus(error, 'Forbidden') || isStatus(error, 'MethodNotAllowed') || isStatus(error, 'NotFound'))
      return
    throw error
  }
  throw new KubectlError(`timed out waiting for the condition on ${one.resource.resource}/${one.name}`)
}
