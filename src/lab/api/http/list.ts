/** GET of a collection: a list, a page of it, or a watch. */
import { type Asked, viewOf } from '#lab/api/http/asked.ts'
import { sendList } from '#lab/api/http/encode.ts'
import { listOptions } from '#lab/api/http/list-options.ts'
import { sendWatch } from '#lab/api/http/watch.ts'
import { methodNotAllowed } from '#lab/api/status.ts'
import { type Listed, listObjects, listObjectsAt } from '#lab/api/verbs/read.ts'

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
    const { resourceVersion, initialEvents } = listOptions(api, query, { watch: true })
    const options = {
      resourceVersion: initialEvents ? undefined : resourceVersion,
      initialEvents,
      bookmarks: flag('allowWatchBookmarks'),
      timeoutSeconds: Number(query.get('timeoutSeconds') ?? 0),
    }
    sendWatch(api, to, { selection, view, options })
    return
  }
  const { exact, resourceVersion = '' } = listOptions(api, query, { watch: false })
  const read = (): Listed =>
    exact ? listObjectsAt(api.state, selection, resourceVersion) : listObjects(api.state, selection)
  const page = api.pager.page(read, {
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
