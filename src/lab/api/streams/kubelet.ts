/** How the API server reaches a kubelet: pkg/registry/core/node/strategy.go, staging:apimachinery/pkg/util/proxy/dial.go. */
import { DialFailure, type Endpoint } from '#lab/api/egress/egress.ts'
import { asList, asObject, asText, at } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { badRequest, noSuchPath, notFound, Refusal } from '#lab/api/status.ts'
import { keyOf, type Stored } from '#lab/api/store.ts'
import { type ApiState, existing, type Target } from '#lab/api/verbs/state.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { KubeletCall, KubeletReply, KubeletRequest } from '#lab/kubelet/wire.ts'
import type { Connection } from '#lab/network/ports.ts'

export const kubeletPort = 10250

/** A container of a pod that runs somewhere. */
export interface Place {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** The kubelet's address and port. */
  readonly address: string
  readonly port: number
}

/** The pod and the container that a request names; throws NotFound, or BadRequest in pkg/registry/core/pod/strategy.go's words. */
export function containerOf(
  { state }: ApiServer,
  target: Target,
  asked: string | null,
): { readonly pod: Stored; readonly container: string } {
  const pod = existing(state, target)
  const names = (list: string): readonly string[] =>
    asList(at(pod, `spec.${list}`)).map((each) => asText(asObject(each).name) ?? '')
  const main = names('containers')
  const init = names('initContainers')
  if (asked !== null && asked !== '') {
    if ([...main, ...init, ...names('ephemeralContainers')].includes(asked)) return { pod, container: asked }
    throw badRequest(`container ${asked} is not valid for pod ${target.name}`)
  }
  const [only] = main
  if (only !== undefined && main.length === 1) return { pod, container: only }
  const others = init.length === 0 ? '' : ` or one of the init containers: [${init.join(' ')}]`
  throw badRequest(
    `a container name must be specified for pod ${target.name}, choose one of: [${main.join(' ')}]${others}`,
  )
}

/** Where the kubelet of a pod's node listens; `undefined` for a pod without a node. */
export function placeOf({ state }: ApiServer, pod: Stored, container: string): Place | undefined {
  const nodeName = asText(at(pod, 'spec.nodeName'))
  if (nodeName === undefined || nodeName === '') return undefined
  return {
    namespace: pod.metadata.namespace ?? '',
    pod: pod.metadata.name,
    container,
    ...kubeletOf(state, nodeName),
  }
}

/** Where a node's kubelet listens; throws NotFound. */
export function kubeletOf({ store }: Pick<ApiState, 'store'>, nodeName: string): Endpoint {
  const node = store.get('/nodes', keyOf(undefined, nodeName))
  if (node === undefined) throw notFound({ group: '', resource: 'nodes' }, nodeName)
  const addresses = asList(at(node, 'status.addresses')).map(asObject)
  const address = addresses.find((each) => each.type === 'InternalIP')?.address
  if (address === undefined) throw new Refusal(500, '', `no preferred addresses found; known addresses: []`)
  return {
    address: String(address),
    port: Number(at(node, 'status.daemonEndpoints.kubeletEndpoint.Port') ?? kubeletPort),
  }
}

/** The process that dials. Throws when none runs. */
export function dialer(api: ApiServer): Process {
  if (api.process === undefined) throw noSuchPath()
  return api.process
}

/** Opens a connection, by the server's way out, and sends the request. Rejects with a Refusal whose message begins with `before`. */
export async function dialKubelet(
  self: Process,
  { egress, kubeletCertificate: shown }: ApiServer,
  place: Place,
  o: { readonly request: KubeletRequest; readonly method: KubeletCall['method']; readonly before: string },
): Promise<Connection> {
  try {
    const to = { address: place.address, port: place.port }
    const connection = await egress.dial(self, to, { timeoutMs: 30_000 })
    const call: KubeletCall = { ...o.request, method: o.method, shown }
    connection.send(call)
    return connection
  } catch (error) {
    if (!(error instanceof DialFailure)) throw error
    throw new Refusal(500, '', `${o.before}: ${error.message}`)
  }
}

/** The next reply; `closed` when the connection is over, in whatever way; `undefined` when nothing came in time. */
export async function nextReply(
  self: Process,
  connection: Connection,
  timeoutMs?: number,
): Promise<KubeletReply | 'closed' | undefined> {
  try {
    const payload = await connection.receive(self.task, timeoutMs === undefined ? {} : { timeoutMs })
    // Only kubelets listen there.
    return typeof payload === 'string' ? 'closed' : (payload as KubeletReply | undefined)
  } catch (error) {
    if (!isErrno(error)) throw error
    return 'closed'
  }
}
