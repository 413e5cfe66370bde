/** How the API server reaches a kubelet: pkg/registry/core/node/strategy.go, staging:apimachinery/pkg/util/proxy/dial.go. */
import { DialFailure, type Endpoint } from '#lab/api/egress/egress.ts'
import { asList, asObject, asText, at } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { badRequest, noSuchPath, notFound, Refusal } from '#lab/api/status.ts'
import { keyOf, type Stored } from '#lab/api/store.ts'
import { type ApiState, existing, type Target } from '#lab/api/verbs/state.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { KubeletCall, KubeletReply, KubeletRequest } from '#lab/kubelet/wire.ts'
import { httpKeepAlive } from '#lab/network/go-keep-alive.ts'
import type { Connection } from '#lab/network/ports.ts'

export const kubeletPort = 10250

/** How often who streams asks for a sign of life: staging:client-go/transport/spdy/spdy.go, staging:apiserver/pkg/util/proxy/streamtranslator.go. */
const pingMs = 5000

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

/**
 * Opens a connection, by the server's way out, and sends the request. Rejects with a Refusal whose message begins with `before`. The
 * transport is one of HTTP/1.1 (pkg/kubelet/client/kubelet_client.go: SetOldTransportDefaults, with a dialer or TLS of its own), so that there
 * are no pings of HTTP/2: whether a kubelet is still there that says nothing is found out by TCP.
 */
export async function dialKubelet(
  self: Process,
  api: ApiServer,
  place: Place,
  o: { readonly request: KubeletRequest; readonly method: KubeletCall['method']; readonly before: string },
): Promise<Connection> {
  const { egress, kubeletCertificate: shown } = api
  try {
    const to = { address: place.address, port: place.port }
    const keepAlive = httpKeepAlive(goMinorOf(api.kubernetesVersion))
    const connection = await egress.dial(self, to, { timeoutMs: 30_000, keepAlive })
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

/** The release of Go that Kubernetes was built with (kubernetes/kubernetes#130194 for 1.31.7, #131683 for 1.30.13), as far as it matters: 22 or 23. */
export function goMinorOf(version: string): 22 | 23 {
  const [, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  const first: Readonly<Record<number, number>> = { 30: 13, 31: 7 }
  return minor >= 32 || patch >= (first[minor] ?? Number.POSITIVE_INFINITY) ? 23 : 22
}

/**
 * Replies to who streams, which asks for a sign of life whenever nothing came for a while, and not again before that is answered: what is
 * not acknowledged ends the connection after a quarter of an hour (SPDY's Ping has no time limit of its own:
 * staging:apimachinery/pkg/util/httpstream/spdy/connection.go, moby/spdystream:connection.go).
 */
export class Replies {
  readonly #self: Process
  readonly #connection: Connection
  #asked = false

  constructor(self: Process, connection: Connection) {
    this.#self = self
    this.#connection = connection
  }

  async next(): Promise<KubeletReply | 'closed'> {
    for (;;) {
      const reply = await nextReply(this.#self, this.#connection, this.#asked ? undefined : pingMs)
      if (reply === undefined) {
        this.#asked = true
        this.#connection.send({ kind: 'ping' })
      } else if (reply !== 'closed' && reply.kind === 'pong') this.#asked = false
      else return reply
    }
  }
}
