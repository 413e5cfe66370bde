/** Watches as streams of one JSON object a line: staging:apiserver/pkg/endpoints/handlers/watch.go. */
import { jsonText, type View } from '#lab/api/http/encode.ts'
import type { Responder } from '#lab/api/http/request.ts'
import type { ApiServer } from '#lab/api/server.ts'

import type { StoreChange } from '#lab/api/store.ts'
import { partial, table } from '#lab/api/table/table.ts'
import { groupVersion } from '#lab/api/types/resource-def.ts'
import { type Selection, watchObjects } from '#lab/api/verbs/read.ts'

export interface WatchOptions {
  readonly resourceVersion: string | undefined
  readonly bookmarks: boolean
  /** What is there is told first, and then that it is. */
  readonly initialEvents: boolean
  /** The server ends the watch after this; 0: some time between 30 and 60 minutes. */
  readonly timeoutSeconds: number
}

const bookmarkMs = 60_000

/** Streams a watch until its time is up or the client goes. Throws 410 before the stream begins. */
export function sendWatch(
  api: ApiServer,
  to: Responder,
  o: { readonly selection: Selection; readonly view: View; readonly options: WatchOptions },
): void {
  const early: StoreChange[] = []
  let tell = (change: StoreChange): void => {
    early.push(change)
  }
  const { resourceVersion, bookmarks, timeoutSeconds } = o.options
  // Started before the head is sent: a refusal is an answer of its own then.
  const stop = watchObjects(api.state, o.selection, { resourceVersion, tell: (change) => tell(change) })
  const sink = to.stream(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  const line = lineOf(api, o.view)
  const bookmark = (): void => sink.write(bookmarkLine(api, o.view))
  const cancels = [stop]
  const close = (): void => {
    for (const cancel of cancels.splice(0)) cancel()
  }
  to.onClose(close)
  for (const change of early) sink.write(line(change))
  if (o.options.initialEvents) sink.write(bookmarkLine(api, o.view, { 'k8s.io/initial-events-end': 'true' }))
  tell = (change) => sink.write(line(change))
  if (bookmarks) cancels.push(api.kernel.every(() => bookmarkMs, 'bookmark', bookmark))
  const { random, now } = api.state
  const endMs = now() + (timeoutSeconds > 0 ? timeoutSeconds * 1000 : random.between(1800, 3600) * 1000)
  cancels.push(
    api.kernel.at(endMs, 'watch time-out', () => {
      if (bookmarks) bookmark()
      close()
      sink.end()
    }),
  )
}

function lineOf(api: ApiServer, view: View): (change: StoreChange) => string {
  let columns = true
  return ({ type, object }) => {
    const { form } = view
    if (form.kind === 'object') return `{"type":"${type}","object":${jsonText(view.shown(object))}}\n`
    if (form.kind === 'partial') return `${JSON.stringify({ type, object: partial(view.shown(object)) })}\n`
    const rows = table(view.def, [object], {
      apiVersion: form.apiVersion,
      include: view.include,
      metadata: { resourceVersion: object.metadata.resourceVersion },
      nowMs: api.state.now(),
      columns,
    })
    columns = false
    return `${JSON.stringify({ type, object: rows })}\n`
  }
}

function bookmarkLine(
  { state }: ApiServer,
  { def }: View,
  annotations?: Readonly<Record<string, string>>,
): string {
  const object = {
    kind: def.kind,
    apiVersion: groupVersion(def),
    metadata: {
      resourceVersion: String(state.store.revision),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    },
  }
  return `${JSON.stringify({ type: 'BOOKMARK', object })}\n`
}
