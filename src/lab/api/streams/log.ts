/** `pods/<name>/log`: pkg/registry/core/pod/rest/log.go, with the kubelet's answers passed on. */
import { parseTime } from '#base/clock.ts'
import { sendRefusal } from '#lab/api/http/refusal.ts'
import { type Responder, type Sink, sendText } from '#lab/api/http/request.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { badRequest, internalError, Refusal } from '#lab/api/status.ts'
import { containerOf, dialer, dialKubelet, nextReply, type Place, placeOf } from '#lab/api/streams/kubelet.ts'
import type { Target } from '#lab/api/verbs/state.ts'
import type { Process } from '#lab/host/ports.ts'
import type { KubeletReply, KubeletRequest } from '#lab/kubelet/wire.ts'
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
  const before = urlOf(place, query)
  dialer(api).thread('log', (self) => stream(self, api, { place, request, method: 'GET', before }, to))
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

const urlOf = ({ address, port, namespace, pod, container }: Place, query: URLSearchParams): string =>
  `Get "https://${address}:${port}/containerLogs/${namespace}/${pod}/${container}${queryOf(query)}"`

/** What of the query goes on to the kubelet, sorted as Go encodes it: pkg/registry/core/pod/strategy.go (LogLocation). */
function queryOf(query: URLSearchParams): string {
  const passed = ['follow', 'limitBytes', 'previous', 'sinceSeconds', 'sinceTime', 'tailLines', 'timestamps']
  const pairs = passed.flatMap((name) => {
    const value = query.get(name)
    return value === null || value === '' || value === 'false' ? [] : [`${name}=${encodeURIComponent(value)}`]
  })
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

async function stream(
  self: Process,
  api: ApiServer,
  o: {
    readonly place: Place
    readonly request: KubeletRequest
    readonly method: 'GET'
    readonly before: string
  },
  to: Responder,
): Promise<void> {
  let connection: Connection
  try {
    connection = await dialKubelet(self, api, o.place, o)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return sendRefusal(to, error)
  }
  to.onClose(() => connection.close())
  await pump(self, connection, to, o.place.pod)
  connection.close()
}

async function pump(self: Process, connection: Connection, to: Responder, pod: string): Promise<void> {
  let sink: Sink | undefined
  const opened = (): Sink => {
    sink ??= to.stream(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' })
    return sink
  }
  for (;;) {
    const reply = await nextReply(self, connection)
    if (reply === undefined || reply === 'closed') return opened().breakOff()
    if (reply.kind === 'started')
      opened() // a follower sees the head at once, whether lines come or not
    else if (reply.kind === 'out') opened().write(reply.text)
    else if (reply.kind === 'end') return opened().end()
    else if (reply.kind !== 'error') return opened().breakOff()
    else if (sink === undefined) return sendRefusal(to, checked(reply, pod))
    else return sink.breakOff()
  }
}

/**
 * What is made of a kubelet's refusal: staging:apiserver/pkg/registry/generic/rest/response_checker.go, which knows of no verb, hence the
 * space; staging:apimachinery/pkg/api/errors/errors.go (NewGenericServerResponse).
 */
function checked({ code, message }: Extract<KubeletReply, { kind: 'error' }>, pod: string): Refusal {
  if (code === 500) return internalError(message)
  if (code === 400) return badRequest(message)
  const [reason, says] = generic[code] ?? ['', 'unknown']
  const details = { name: pod, kind: 'pods/log' }
  return new Refusal(code, reason, `${says ?? message} ( pods/log ${pod})`, details)
}

const generic: Readonly<Record<number, readonly [reason: string, says?: string]>> = {
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden'], // in the kubelet's own words
  404: ['NotFound', 'the server could not find the requested resource'],
}
