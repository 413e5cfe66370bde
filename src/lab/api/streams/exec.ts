/**
 * `pods/<name>/exec` and `attach`, whatever carries the streams: pkg/registry/core/pod/rest/subresources.go.
 *
 * Not imitated: the size of terminals, which no program of the lab asks for.
 */
import type { JsonObject } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { internalError, Refusal, statusOf } from '#lab/api/status.ts'
import {
  containerOf,
  dialer,
  dialKubelet,
  nextReply,
  type Place,
  placeOf,
  Replies,
} from '#lab/api/streams/kubelet.ts'
import type { Target } from '#lab/api/verbs/state.ts'
import type { Process } from '#lab/host/ports.ts'
import type { KubeletCall, KubeletRequest } from '#lab/kubelet/wire.ts'
import type { Connection } from '#lab/network/ports.ts'

/** The client's end, once its connection has become streams. Everything is called in the lab's events. */
export interface ClientStreams {
  output(stream: 'stdout' | 'stderr', text: string): void
  /** The last thing: a Status on the error channel. The streams are then closed. */
  finish(status: JsonObject): void
  /** The connection breaks. */
  abort(): void
}

/** What the client sends. Called in the lab's events. */
export interface KubeletStreams {
  input(text: string): void
  inputEnd(): void
  /** The client has gone away. */
  close(): void
}

export interface ExecDoor {
  /**
   * The connection becomes streams before the kubelet has been asked, and what goes wrong is told on the error channel: what
   * servers from 1.30 do with WebSockets of version 5 (staging:apiserver/pkg/util/proxy/streamtranslator.go).
   */
  readonly translates?: boolean
  /** The kubelet has taken the request: now the connection becomes streams. */
  accept(kubelet: KubeletStreams): ClientStreams
  /** Answered like any request; the connection stays HTTP. */
  refuse(refusal: Refusal): void
}

/** A kubelet's own refusal, which is passed on as the text that it is; kubectl puts `unable to upgrade connection: ` before it. */
export class KubeletRefusal extends Refusal {}

export interface ExecOptions {
  readonly kind: 'exec' | 'attach'
  /** As the client asks; who translates asks the kubelet with POST. */
  readonly method: KubeletCall['method']
  readonly target: Target
  readonly query: URLSearchParams
}

/** Starts a command in a container, in virtual time. Throws a Refusal for what can be seen without the kubelet. */
export function startExec(api: ApiServer, options: ExecOptions, door: ExecDoor): void {
  const { pod, container } = containerOf(api, options.target, options.query.get('container'))
  const place = placeOf(api, pod, container)
  if (place === undefined)
    throw new Refusal(400, 'BadRequest', `pod ${options.target.name} does not have a host assigned`)
  const asked: Asked = { api, place, request: requestOf(place, options), options }
  dialer(api).thread(options.kind, (self) => (door.translates ? translate : pass)(self, asked, door))
}

interface Asked {
  readonly api: ApiServer
  readonly place: Place
  readonly request: KubeletRequest
  readonly options: ExecOptions
}

function requestOf({ namespace, pod, container }: Place, { kind, query }: ExecOptions): KubeletRequest {
  const on = (name: string): boolean => query.get(name) === 'true' || query.get(name) === '1'
  const to = { namespace, pod, container, stdin: on('stdin'), tty: on('tty') }
  return kind === 'attach' ? { kind, ...to } : { kind, ...to, command: query.getAll('command') }
}

/** The kubelet is asked first: a client whose request fails is answered like any other. */
async function pass(self: Process, { api, place, request, options }: Asked, door: ExecDoor): Promise<void> {
  let connection: Connection
  const { method } = options
  try {
    connection = await dialKubelet(self, api, place, { request, method, before: 'error dialing backend' })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return door.refuse(error)
  }
  const first = await nextReply(self, connection)
  if (first === 'closed' || first === undefined)
    return door.refuse(new Refusal(500, '', 'error dialing backend: EOF'))
  if (first.kind === 'error') return door.refuse(new KubeletRefusal(first.code, '', first.message))
  const client = door.accept(typingTo(connection))
  await pump(self, connection, client, { failed: failure, lost: () => client.abort() })
  connection.close()
}

async function translate(
  self: Process,
  { api, place, request, options }: Asked,
  door: ExecDoor,
): Promise<void> {
  let typing: KubeletStreams | undefined
  const early: ((to: KubeletStreams) => void)[] = []
  const later = (run: (to: KubeletStreams) => void): void => {
    if (typing === undefined) early.push(run)
    else run(typing)
  }
  const client = door.accept({
    input: (text) => later((to) => to.input(text)),
    inputEnd: () => later((to) => to.inputEnd()),
    close: () => later((to) => to.close()),
  })
  const failed = (says: string): void => client.finish(statusOf(internalError(says)))
  try {
    const before = `error sending request: Post ${JSON.stringify(urlOf(place, options))}`
    const connection = await dialKubelet(self, api, place, { request, method: 'POST', before })
    const first = await nextReply(self, connection)
    if (first === 'closed' || first === undefined) return failed(`${before}: EOF`)
    if (first.kind === 'error') return failed(`unable to upgrade connection: ${first.message}`)
    typing = typingTo(connection)
    for (const run of early.splice(0)) run(typing)
    await pump(self, connection, client, {
      failed: (says) => statusOf(internalError(says)),
      // Streams that have ended without a word about an error: that is success (client-go tools/remotecommand/errorstream.go).
      lost: () => client.finish(exitStatus(0)),
    })
    connection.close()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    failed(error.message)
  }
}

const typingTo = (connection: Connection): KubeletStreams => ({
  input: (text) => connection.send({ kind: 'stdin', text }),
  inputEnd: () => connection.send({ kind: 'stdin-end' }),
  close: () => connection.close(),
})

/** pkg/registry/core/pod/strategy.go (streamLocation), encoded as Go sorts and escapes it. */
function urlOf({ address, port, namespace, pod, container }: Place, { kind, query }: ExecOptions): string {
  const pairs = query.getAll('command').map((word): [string, string] => ['command', word])
  for (const [name, as] of [
    ['stderr', 'error'],
    ['stdin', 'input'],
    ['stdout', 'output'],
    ['tty', 'tty'],
  ] as const)
    if (query.get(name) === 'true') pairs.push([as, '1'])
  return `https://${address}:${port}/${kind}/${namespace}/${pod}/${container}?${new URLSearchParams(pairs).toString()}`
}

/** Until the end. A Status of the kubelet's is passed on as it is, or told anew by a server that translates: its words then come twice. */
async function pump(
  self: Process,
  connection: Connection,
  client: ClientStreams,
  { failed, lost }: { readonly failed: (says: string) => JsonObject; readonly lost: () => void },
): Promise<void> {
  const replies = new Replies(self, connection)
  for (;;) {
    const reply = await replies.next()
    if (reply === 'closed') return lost()
    if (reply.kind === 'out') client.output(reply.stream, reply.text)
    else if (reply.kind === 'end') return client.finish(exitStatus(reply.code))
    else if (reply.kind === 'error') return client.finish(failed(reply.message))
  }
}

/** staging:apimachinery/pkg/util/remotecommand; client-go tools/remotecommand/v4.go reads it. */
export function exitStatus(code: number): JsonObject {
  if (code === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  }
}

const failure = (message: string): JsonObject => ({
  metadata: {},
  status: 'Failure',
  message,
  reason: 'InternalError',
  code: 500,
})
