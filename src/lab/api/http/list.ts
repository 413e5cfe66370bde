/** GET of a collection: a list, a page of it, or a watch. */
import { type Asked, viewOf } from '#lab/api/http/asked.ts'
import { sendList } from '#lab/api/http/encode.ts'
import { sendWatch } from '#lab/api/http/watch.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { methodNotAllowed, Refusal } from '#lab/api/status.ts'
import { listObjects } from '#lab/api/verbs/read.ts'

export function list(asked: Asked): void {
  const { api, query, route, to } = asked
  if (!route.def.verbs.includes('list')) throw methodNotAllowed(route.def, 'list')
  const view = viewOf(asked)
  const selection = {
    def: route.def,
    namespace: route.namespace,
    labelSelector: query.get('labelSelector') ?? undefined,
    fieldSelector: query.get('fieldSelector') ?? undefined,
  }
  const flag = (name: string): boolean => query.get(name) === 'true' || query.get(name) === '1'
  if (flag('watch')) {
    if (query.has('sendInitialEvents')) throw watchListOff()
    const options = {
      resourceVersion: query.get('resourceVersion') ?? undefined,
      bookmarks: flag('allowWatchBookmarks'),
      timeoutSeconds: Number(query.get('timeoutSeconds') ?? 0),
    }
    sendWatch(api, to, { selection, view, options })
    return
  }
  checkNotFuture(api, query.get('resourceVersion'))
  const page = api.pager.page(() => listObjects(api.state, selection), {
    query: JSON.stringify([
      route.def.bucket,
      route.namespace,
      selection.labelSelector,
      selection.fieldSelector,
    ]),
    limit: Number(query.get('limit') ?? 0),
    token: query.get('continue') ?? '',
    selected: Boolean(selection.labelSelector || selection.fieldSelector),
  })
  sendList(to, page.items, page.metadata, view)
}

const watchListOff = (): Refusal =>
  new Refusal(
    422,
    'Invalid',
    'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
    { group: 'meta.k8s.io', kind: 'ListOptions' },
  )

/** staging:apiserver/pkg/storage/errors.go (NewTooLargeResourceVersionError). */
function checkNotFuture({ state }: ApiServer, version: string | null): void {
  const current = state.store.revision
  if (version === null || Number(version) <= current) return
  throw new Refusal(504, 'Timeout', `Timeout: Too large resource version: ${version}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}
