/**
 * What the lab's own clients read from the servers behind remote APIServices, as client-go reads it.
 *
 * Not imitated: writes and watches of theirs through these.
 */
import { authorizeRemote, passOn } from '#lab/api/aggregation/proxy.ts'
import type { Remote } from '#lab/api/aggregation/services.ts'
import type { Responder } from '#lab/api/http/request.ts'
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { askedWords } from '#lab/api/perform.ts'
import { pathOf } from '#lab/api/request-words.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { Refusal } from '#lab/api/status.ts'
import type { Identity } from '#lab/api/verbs/state.ts'
import type { KubeRequest } from '#lab/api/wire.ts'

type Reading = Extract<KubeRequest, { readonly op: 'get' | 'list' }>

/** The remote that answers a client's get or list; `undefined` where this server does itself. */
export const remoteReading = (
  api: ApiServer,
  request: KubeRequest,
): { readonly remote: Remote; readonly request: Reading } | undefined => {
  if (request.op !== 'get' && request.op !== 'list') return undefined
  const remotes = api.remotes()
  if (remotes.size === 0) return undefined
  const { group, version } = request.type
  const remote = remotes.get(`${group}/${version}`)
  return remote === undefined ? undefined : { remote, request }
}

/** Asks the remote; answers how to give it up. Throws {@link Refusal} for who may not. */
export function readRemote(
  api: ApiServer,
  { remote, request, user }: { readonly remote: Remote; readonly request: Reading; readonly user: Identity },
  tell: { readonly done: (value: unknown) => void; readonly failed: (refusal: Refusal) => void },
): () => void {
  const path = pathOf(request)
  authorizeRemote(api, user, { remote, method: 'GET', url: new URL(path, 'http://server') })
  let giveUp = (): void => {}
  const answered = (status: number, body: string): void => {
    const value = parsed(body)
    if (status >= 300 || value === undefined) tell.failed(refusalOf(status, value, request))
    else tell.done(request.op === 'list' ? listOf(value) : value)
  }
  const to: Responder = {
    send: (status, _headers, body) =>
      answered(status, typeof body === 'string' ? body : new TextDecoder().decode(body)),
    stream: (status) => {
      const chunks: string[] = []
      const end = (): void => answered(status, chunks.join(''))
      return { write: (chunk) => chunks.push(chunk), end, breakOff: end }
    },
    onClose: (stop) => {
      giveUp = stop
    },
  }
  passOn(
    api,
    remote,
    { request: { method: 'GET', url: path, headers: {}, body: '', inside: true }, user },
    to,
  )
  return () => giveUp()
}

function parsed(body: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const listOf = (value: JsonObject): unknown => ({
  items: asList(value.items),
  resourceVersion: asText(at(value, 'metadata.resourceVersion')) ?? '',
})

/** kubernetes/apimachinery:pkg/api/errors/errors.go (NewGenericServerResponse), for an answer that is no Status. */
function refusalOf(status: number, value: JsonObject | undefined, request: Reading): Refusal {
  if (value?.kind === 'Status')
    return new Refusal(status, String(value.reason ?? ''), String(asObject(value).message ?? ''))
  const asked = askedWords(request)
  if (status === 503)
    return new Refusal(
      status,
      'ServiceUnavailable',
      `the server is currently unable to handle the request (${asked})`,
    )
  if (status === 404)
    return new Refusal(status, 'NotFound', `the server could not find the requested resource (${asked})`)
  return new Refusal(
    status,
    'InternalError',
    `an error on the server ("unknown") has prevented the request from succeeding (${asked})`,
  )
}
