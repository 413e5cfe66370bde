/** `pods/<name>/log`: pkg/registry/core/pod/rest/log.go, with the kubelet's answers passed on. */
import { parseTime } from '#base/clock.ts'
import { sendRefusal } from '#lab/api/http/refusal.ts'
import { type Responder, type Sink, sendText } from '#lab/api/http/request.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { badRequest, Refusal } from '#lab/api/status.ts'
import { containerOf, dialer, dialKubelet, nextReply, type Place, placeOf } from '#lab/api/streams/kubelet.ts'
import type { Target } from '#lab/api/verbs/state.ts'
import type { Process } from '#lab/host/ports.ts'
import type { KubeletRequest } from '#lab/kubelet/wire.ts'
import type { Connection } from '#lab/network/ports.ts'

/** Answers with a container's log, piece by piece as the kubelet sends it. */
export function sendLog(api: ApiServer, target: Target, query: URLSearchParams, to: Responder): void {
  const { pod, container } = containerOf(api, target, query.get('container'))
  const place = placeOf(api, pod, container)
  if (place === undefined) {
    sendText(to, 200, '')
    return
  }
  const request = logRequest(place, query, api.state.now())
  dialer(api).thread('log', (self) => stream(self, place, request, to))
}

function logRequest(place: Place, query: URLSearchParams, nowMs: number): KubeletRequest {
  const flag = (name: string): boolean => query.get(name) === 'true'
  const number = (name: string): number | undefined => {
    const text = query.get(name)
    if (text === null || text === '') return undefined
    if (!/^-?\d+$/.test(text))
      throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
    return Number(text)
  }
  const seconds = number('sinceSeconds')
  const sinceMs = seconds === undefined ? parseTime(query.get('sinceTime') ?? '') : nowMs - seconds * 1000
  const tailLines = number('tailLines')
  const limitBytes = number('limitBytes')
  return {
    kind: 'logs',
    namespace: place.namespace,
    pod: place.pod,
    container: place.container,
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  }
}

const urlOf = ({ address, namespace, pod, container }: Place): string =>
  `Get "https://${address}:10250/containerLogs/${namespace}/${pod}/${container}"`

async function stream(self: Process, place: Place, request: KubeletRequest, to: Responder): Promise<void> {
  let connection: Connection
  try {
    connection = await dialKubelet(self, place, { request, before: urlOf(place) })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return sendRefusal(to, error)
  }
  to.onClose(() => connection.close())
  await pump(self, connection, to)
  connection.close()
}

async function pump(self: Process, connection: Connection, to: Responder): Promise<void> {
  let sink: Sink | undefined
  const opened = (): Sink => {
    sink ??= to.stream(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' })
    return sink
  }
  // A follower sees the head at once, whether lines come or not; a refusal comes within a round trip.
  let first = true
  for (;;) {
    const reply = await nextReply(self, connection, first ? 50 : undefined)
    first = false
    if (reply === undefined) opened()
    else if (reply === 'closed') return opened().abort()
    else if (reply.kind === 'out') opened().write(reply.text)
    else if (reply.kind === 'end') return opened().end()
    else if (sink === undefined)
      return sendRefusal(to, new Refusal(reply.code, reasonOf(reply.code), reply.message))
    else return sink.abort()
  }
}

const reasonOf = (code: number): string =>
  ({ 400: 'BadRequest', 404: 'NotFound', 500: 'InternalError' })[code] ?? ''
