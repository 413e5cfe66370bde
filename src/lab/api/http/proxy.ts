/**
 * `nodes|pods|services/<name>/proxy/…`: a request that the server passes on to a kubelet, a pod or what is behind a Service, by its own
 * way out. So what keeps the server from reaching them keeps these from being answered.
 *
 * Not imitated: upgrades, answers in pieces, links in pages that are written anew, `http:` towards a port that speaks TLS.
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/apimachinery/pkg/util/proxy/upgradeaware.go, transport.go
 */
import { DialFailure, type Endpoint } from '#lab/api/egress/egress.ts'
import { exchanged, NoAnswer } from '#lab/api/egress/https.ts'
import { readyBehind } from '#lab/api/egress/services.ts'
import type { Asked } from '#lab/api/http/asked.ts'
import { textOf } from '#lab/api/http/body.ts'
import { sendRefusal } from '#lab/api/http/refusal.ts'
import type { ApiRequest } from '#lab/api/http/request.ts'
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { badRequest, serviceUnavailable } from '#lab/api/status.ts'
import { keyOf } from '#lab/api/store.ts'
import { dialer, kubeletOf } from '#lab/api/streams/kubelet.ts'
import { existing, type Target } from '#lab/api/verbs/state.ts'
import type { Process } from '#lab/host/ports.ts'
import { askOn, type HttpResponse } from '#lab/network/http.ts'
import { tlsClient } from '#lab/network/tls.ts'

/** Where a request goes on to. */
interface Location extends Endpoint {
  readonly scheme: 'http' | 'https'
  /** A certificate (PEM) by which the other end knows the server. */
  readonly shown?: string
}

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

// -------------------------------------------------------------------------------------------- where to

type Locator = (api: ApiServer, target: Target) => Location

const locators: Readonly<Record<string, Locator>> = {
  nodes: nodeLocation,
  pods: podLocation,
  services: serviceLocation,
}

interface Id {
  readonly scheme: 'http' | 'https'
  readonly name: string
  /** Empty: none was said. */
  readonly port: string
}

/** `name`, `name:port` or `scheme:name:port`: staging:apimachinery/pkg/util/net/port_split.go. */
function idOf({ name, def }: Target): Id {
  const parts = name.split(':')
  const [scheme = '', id = '', port = ''] = parts.length === 3 ? parts : ['', ...parts]
  if (parts.length > 3 || id === '' || !['', 'http', 'https'].includes(scheme))
    throw badRequest(`invalid ${def.singular} request ${JSON.stringify(name)}`)
  return { scheme: scheme === 'https' ? 'https' : 'http', name: id, port }
}

/** The kubelet, unless another port is said: pkg/registry/core/node/strategy.go (ResourceLocation). */
function nodeLocation({ state, kubeletCertificate: shown }: ApiServer, target: Target): Location {
  const { scheme, name, port } = idOf(target)
  const kubelet = kubeletOf(state, name)
  // Of a kubelet's TLS no more is imitated than what the server shows it.
  if (port === '' || Number(port) === kubelet.port) return { ...kubelet, scheme: 'http', shown }
  return { address: kubelet.address, port: Number(port), scheme }
}

/** Without a port the first that the pod declares: pkg/registry/core/pod/strategy.go (ResourceLocation). */
function podLocation({ state }: ApiServer, target: Target): Location {
  const { scheme, name, port } = idOf(target)
  const pod = existing(state, { ...target, name })
  const declared = asList(at(pod, 'spec.containers'))
    .flatMap((container) => asList(asObject(container).ports))
    .map((each) => asObject(each).containerPort)
  const address = at(pod, 'status.podIP')
  if (typeof address !== 'string' || address === '') throw badRequest('address not allowed')
  return { address, port: Number(port || (declared[0] ?? (scheme === 'https' ? 443 : 80))), scheme }
}

/** One of the ready endpoints: pkg/registry/core/service/storage/storage.go (ResourceLocation). */
function serviceLocation({ state }: ApiServer, target: Target): Location {
  const { scheme, name, port } = idOf(target)
  const { namespace } = target
  const portName = /^\d+$/.test(port) ? namedPort(existing(state, { ...target, name }), name, port) : port
  const endpoints = state.store.get('/endpoints', keyOf(namespace, name))
  if (asList(endpoints?.subsets).length === 0)
    throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`)
  const ready = readyBehind(endpoints, portName)
  if (ready === undefined)
    throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(target.name)}`)
  return { address: state.random.pick(ready.addresses), port: ready.port, scheme }
}

function namedPort(service: JsonObject, name: string, port: string): string {
  const found = asList(at(service, 'spec.ports'))
    .map(asObject)
    .find((each) => each.port === Number(port))
  if (found === undefined)
    throw serviceUnavailable(`no service port ${port} found for service ${JSON.stringify(name)}`)
  return String(found.name ?? '')
}
