/**
 * `nodes|pods|services/<name>/proxy/…`: a request that the server passes on to a kubelet, a pod or what is behind a Service, by its own
 * way out. So what keeps the server from reaching them keeps these from being answered.
 *
 * Not imitated: upgrades, answers in pieces, links in pages that are written anew, `http:` towards a port that speaks TLS.
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/apimachinery/pkg/util/proxy/upgradeaware.go, transport.go
 */
import { DialFailure } from '#lab/api/egress/egress.ts'
import { exchanged, NoAnswer } from '#lab/api/egress/https.ts'
import type { Asked } from '#lab/api/http/asked.ts'
import { textOf } from '#lab/api/http/body.ts'
import { type Location, locators } from '#lab/api/http/proxy-location.ts'
import { sendRefusal } from '#lab/api/http/refusal.ts'
import type { ApiRequest } from '#lab/api/http/request.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { badRequest, serviceUnavailable } from '#lab/api/status.ts'
import { dialer } from '#lab/api/streams/kubelet.ts'
import type { Target } from '#lab/api/verbs/state.ts'
import type { Process } from '#lab/host/ports.ts'
import { askOn, type HttpResponse } from '#lab/network/http.ts'
import { tlsClient } from '#lab/network/tls.ts'

/** Passes a request on, and its answer back, in virtual time. Throws a Refusal for what names nothing. */
export function passOnTo({ api, request, to, route }: Asked, target: Target): void {
  const location = locators[route.def.resource]?.(api, target)
  if (location === undefined) throw badRequest(`${route.def.resource} have no proxy`)
  const path = pathBehind(request.url)
  const thread = dialer(api).thread('proxy', async (self) => {
    try {
      const { status, headers = {}, body } = await ask(self, api, location, { request, path })
      to.send(status, headers, body)
    } catch (error) {
      if (!(error instanceof DialFailure || error instanceof NoAnswer)) throw error
      sendRefusal(to, serviceUnavailable(`error trying to reach service: ${error.message}`))
    }
  })
  to.onClose(() => thread.stop())
}

/** Path and query of what is asked for over there. */
const pathBehind = (url: string): string => {
  const rest = /^\/api\/v1\/(?:namespaces\/[^/]+\/)?[^/]+\/[^/]+\/proxy(\/[^?]*)?(\?.*)?$/.exec(url)
  return `${rest?.[1] ?? '/'}${rest?.[2] ?? ''}`
}

const dialMs = 30_000

/** The answer. Rejects with DialFailure or NoAnswer, as Go's transport words them. */
async function ask(
  self: Process,
  { egress }: ApiServer,
  { scheme, shown, ...to }: Location,
  { request, path }: { readonly request: ApiRequest; readonly path: string },
): Promise<HttpResponse> {
  const connection = await egress.dial(self, to, { timeoutMs: dialMs })
  return exchanged(connection, async () => {
    const { address: host, port } = to
    const deadlineMs = self.now() + dialMs
    if (scheme === 'https')
      await tlsClient(self, connection, { serverName: host, authorities: '', deadlineMs, verify: false })
    const { accept = '*/*', 'content-type': type } = request.headers
    const headers = { accept, ...(type === undefined ? {} : { 'content-type': type }) }
    return askOn(
      self,
      connection,
      { host, port, path },
      { method: request.method, headers, body: textOf(request), ...(shown === undefined ? {} : { shown }) },
    )
  })
}
