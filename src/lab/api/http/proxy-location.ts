/** Where a request to `…/proxy/` of a node, a pod or a Service goes. */
import type { Endpoint } from '#lab/api/egress/egress.ts'
import { readyBehind } from '#lab/api/egress/services.ts'
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { badRequest, serviceUnavailable } from '#lab/api/status.ts'
import { keyOf } from '#lab/api/store.ts'
import { kubeletOf } from '#lab/api/streams/kubelet.ts'
import { existing, type Target } from '#lab/api/verbs/state.ts'

/** Where a request goes on to. */
export interface Location extends Endpoint {
  readonly scheme: 'http' | 'https'
  /** A certificate (PEM) by which the other end knows the server. */
  readonly shown?: string
}

type Locator = (api: ApiServer, target: Target) => Location

/** By resource; each throws a Refusal for what is not there. */
export const locators: Readonly<Record<string, Locator>> = {
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
