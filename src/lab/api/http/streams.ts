/** exec, attach and port-forward as the server sees them: a request that asks for streams, and doors that make them. */
import { authorize } from '#lab/api/authorize.ts'
import { identityOf } from '#lab/api/http/identity.ts'
import type { ApiRequest } from '#lab/api/http/request.ts'
import { type Route, route } from '#lab/api/http/route.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { noSuchPath, type Refusal } from '#lab/api/status.ts'
import { type ClientStreams, type KubeletStreams, startExec } from '#lab/api/streams/exec.ts'
import { type ForwardClient, type ForwardPod, startForward } from '#lab/api/streams/port-forward.ts'
import { webSocketProtocols } from '#lab/api/streams/websocket-session.ts'
import { attributesOf, type Caller } from '#lab/api/verbs/state.ts'
import { Admission, admitted } from '#lab/api/webhooks/admission.ts'

/** Who makes a connection into streams, or refuses it. Called in the lab's events. */
export interface StreamDoors {
  exec(kubelet: KubeletStreams): ClientStreams
  forward(pod: ForwardPod): ForwardClient
  /** Answered like any request; the connection stays HTTP. */
  refuse(refusal: Refusal): void
  /** Nobody serves: the connection is cut. */
  cutOff(): void
}

/** Starts what the request asks for. */
export function startStreams(api: ApiServer, asked: ApiRequest, doors: StreamDoors): void {
  if (api.process === undefined) {
    doors.cutOff()
    return
  }
  const admission = new Admission(api)
  admitted(api, () => start(api, asked, { doors, admission }), {
    done: () => {},
    failed: (refusal) => doors.refuse(refusal),
  })
}

/** Throws a Refusal for what can be seen at once. */
function start(
  api: ApiServer,
  asked: ApiRequest,
  { doors, admission }: { readonly doors: StreamDoors; readonly admission: Admission },
): void {
  const url = new URL(asked.url, 'http://lab')
  const user = identityOf(api, { ...asked, method: 'GET', url: '', body: '' })
  const found = route(api.state.registry, url.pathname)
  if (found?.name === undefined) throw noSuchPath()
  // A WebSocket begins with GET, and until 1.35 that needs another verb than SPDY's POST.
  authorize(api.state, user, { verb: asked.method === 'POST' ? 'create' : 'get', ...found })
  connect({ user, admission }, found, url.searchParams)
  const target = { ...found, name: found.name }
  const query = url.searchParams
  const refuse = (refusal: Refusal): void => doors.refuse(refusal)
  const { subresource: kind } = found
  if (kind === 'exec' || kind === 'attach')
    startExec(
      api,
      { kind, method: asked.method === 'POST' ? 'POST' : 'GET', target, query },
      { refuse, accept: (kubelet) => doors.exec(kubelet), translates: translates(api, asked) },
    )
  else if (kind === 'portforward') startForward(api, target, { refuse, accept: (pod) => doors.forward(pod) })
  else throw noSuchPath()
}

/** Webhooks hear of it as of a CONNECT: staging:apiserver/pkg/endpoints/handlers/rest.go (ConnectResource). */
function connect(caller: Caller, found: Route, query: URLSearchParams): void {
  const { def, namespace, subresource } = found
  const kind = subresource === undefined ? def.kind : (def.subresources[subresource]?.kind ?? def.kind)
  const object = { kind, apiVersion: 'v1', ...Object.fromEntries(query), command: query.getAll('command') }
  const asked = attributesOf(caller, 'CONNECT', {
    def,
    namespace,
    subresource,
    name: found.name ?? '',
    object,
  })
  caller.admission?.mutate(asked, (each) => each)
  caller.admission?.validate(asked)
}

type Asked = Pick<ApiRequest, 'headers'>

export const isWebSocket = ({ headers }: Asked): boolean => headers['upgrade']?.toLowerCase() === 'websocket'

export const offered = ({ headers }: Asked): readonly string[] =>
  (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())

/** The best that both speak; only the newest is translated. */
const translates = (api: ApiServer, asked: ApiRequest): boolean =>
  isWebSocket(asked) &&
  webSocketProtocols(api.kubernetesVersion)[0] === newest &&
  offered(asked).includes(newest)

const newest = 'v5.channel.k8s.io'
