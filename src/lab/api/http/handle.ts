/**
 * One HTTP request against the API: finds what the path names, carries out the verb, answers in the form that was asked for.
 *
 * Not imitated: gzip.
 */

import { rfc3339 } from '#base/clock.ts'
import { seeded } from '#base/random.ts'
import { authorizeRemote, passOn, remoteFor } from '#lab/api/aggregation/proxy.ts'
import { authorize, authorizePath } from '#lab/api/authorize.ts'
import { type Asked, callerOf, targetOf, viewOf } from '#lab/api/http/asked.ts'
import { sendDiscovery } from '#lab/api/http/discovery.ts'
import { sendObject } from '#lab/api/http/encode.ts'
import { sendHealth } from '#lab/api/http/health.ts'
import { identityOf } from '#lab/api/http/identity.ts'
import { sendIndex } from '#lab/api/http/index-page.ts'
import { list } from '#lab/api/http/list.ts'
import { sendOpenApi } from '#lab/api/http/openapi.ts'
import { indented, prettyFor } from '#lab/api/http/pretty.ts'
import { sendRefusal } from '#lab/api/http/refusal.ts'
import { type ApiRequest, type Responder, sendText } from '#lab/api/http/request.ts'
import { route } from '#lab/api/http/route.ts'
import { subresource } from '#lab/api/http/subresource.ts'
import { withWarnings } from '#lab/api/http/warnings.ts'
import { create, patch, remove, removeAll, replace } from '#lab/api/http/write.ts'
import type { JsonObject } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { methodNotAllowed } from '#lab/api/status.ts'
import { goMinorOf } from '#lab/api/streams/kubelet.ts'
import { getObject } from '#lab/api/verbs/read.ts'
import { Admission, admitted, hasWebhooks } from '#lab/api/webhooks/admission.ts'

/** Answers a request, now or (logs, watches) in the course of virtual time. Bugs throw; refusals are answers. */
export function handle(api: ApiServer, request: ApiRequest, to: Responder): void {
  const url = new URL(request.url, 'http://lab')
  const warnings: string[] = []
  const answer = withWarnings(prettyFor(request, url, to), warnings)
  const warn = (text: string): void => {
    // A verb that a webhook breaks off runs again and says the same again.
    if (!warnings.includes(text)) warnings.push(text)
  }
  const admission = admissionOf(api, request, url, warn)
  const giveUp = admitted(api, () => dispatch(api, request, { to: answer, url, admission, warn }), {
    done: () => {},
    failed: (refusal) => sendRefusal(answer, refusal),
  })
  if (giveUp !== undefined) to.onClose(giveUp)
}

function admissionOf(
  api: ApiServer,
  { method }: ApiRequest,
  { searchParams }: URL,
  warn: (text: string) => void,
): Admission | undefined {
  if (method === 'GET' || method === 'HEAD' || !hasWebhooks(api)) return undefined
  const seconds = /^(\d+)s$/.exec(searchParams.get('timeout') ?? '')?.[1]
  return new Admission(api, { warn, ...(seconds === undefined ? {} : { timeoutMs: Number(seconds) * 1000 }) })
}

function dispatch(
  api: ApiServer,
  request: ApiRequest,
  {
    to,
    url,
    admission,
    warn,
  }: {
    readonly to: Responder
    readonly url: URL
    readonly admission: Admission | undefined
    readonly warn: (text: string) => void
  },
): void {
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/+$/, '') : url.pathname
  const user = identityOf(api, request)
  const remote = remoteFor(api, path)
  if (remote !== undefined) {
    authorizeRemote(api, user, { remote, method: request.method, url })
    passOn(api, remote, { request, user }, to)
    return
  }
  const found = route(api.state.registry, path)
  if (found !== undefined) {
    const query = url.searchParams
    const caller = {
      ...callerOf(request, query, user),
      ...(admission === undefined ? {} : { admission }),
      warn,
    }
    const { deprecation, deprecatedSince } = found.def
    if (deprecation !== undefined && deprecatedSince <= api.state.registry.minor) warn(deprecation)
    resource({ api, request, to, query, route: found, caller })
    return
  }
  authorizePath(api.state, user, request.method, path)
  if (sendDiscovery(api, request, path, to) || sendOpenApi(api, request, path, to)) return
  if (sendHealth(path, url.searchParams, to)) return
  if (path === '/metrics') {
    const { store, registry } = api.state
    const text = api.metrics.text(registry.all(), (bucket) => store.list(bucket).length)
    to.send(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, text)
    return
  }
  if (path === '/') {
    sendIndex(api, to)
    return
  }
  if (path === '/version') {
    // For people always: staging:apiserver/pkg/endpoints/handlers/responsewriters/writers.go (WriteRawJSON).
    to.send(200, { 'content-type': 'application/json' }, indented(JSON.stringify(version(api))))
    return
  }
  sendText(to, 404, '404 page not found\n')
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

function version({ kubernetesVersion }: ApiServer): JsonObject {
  const [major, minor, patch] = kubernetesVersion.split('.')
  // A minor release comes every four months, a patch every month: near the day, and not it. The commit is nobody's.
  const built = Date.UTC(2022, 4 + (Number(minor) - 24) * 4 + Number.parseInt(patch ?? '0', 10), 15, 9, 19, 8)
  return {
    major,
    minor,
    gitVersion: `v${kubernetesVersion}`,
    gitCommit: seeded(`commit of v${kubernetesVersion}`).text(40, '0123456789abcdef'),
    gitTreeState: 'clean',
    buildDate: rfc3339(built),
    goVersion: `go1.${goMinorOf(kubernetesVersion)}.8`,
    compiler: 'gc',
    platform: 'linux/amd64',
  }
}

function resource(asked: Asked): void {
  const { api, route, request, caller, query } = asked
  const fieldSelector = query.get('fieldSelector') ?? undefined
  authorize(api.state, caller.user, { verb: verbOf(asked), ...route, fieldSelector })
  if (route.subresource !== undefined && subresource(asked, route.subresource)) return
  const acts = route.name === undefined ? onCollection : onObject
  const carryOut = acts[request.method]
  if (carryOut === undefined) throw methodNotAllowed(route.def, request.method.toLowerCase())
  carryOut(asked)
}

function verbOf({ request, route, query }: Asked): string {
  if (request.method === 'GET' && route.name === undefined) return query.has('watch') ? 'watch' : 'list'
  if (request.method === 'DELETE' && route.name === undefined) return 'deletecollection'
  return verbs[request.method] ?? 'get'
}

type Verbs = Readonly<Record<string, (asked: Asked) => void>>

const onCollection: Verbs = { GET: list, HEAD: list, POST: create, DELETE: removeAll }

const get = (asked: Asked): void =>
  sendObject(asked.to, 200, getObject(asked.api.state, targetOf(asked)), viewOf(asked))

const onObject: Verbs = { GET: get, HEAD: get, PUT: replace, PATCH: patch, DELETE: remove }
