/**
 * `pods/<name>/exec` and `attach`, whatever carries the streams: pkg/registry/core/pod/rest/subresources.go.
 *
 * Not imitated: terminals and their sizes; attach shows what the container writes from now on and takes no input.
 */
import type { JsonObject } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { Refusal } from '#lab/api/status.ts'
import { containerOf, dialer, dialKubelet, nextReply, type Place, placeOf } from '#lab/api/streams/kubelet.ts'
import type { Target } from '#lab/api/verbs/state.ts'
import type { Process } from '#lab/host/ports.ts'
import type { KubeletReply, KubeletRequest } from '#lab/kubelet/wire.ts'
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
  /** The kubelet has taken the request: now the connection becomes streams. */
  accept(kubelet: KubeletStreams): ClientStreams
  /** Answered like any request; the connection stays HTTP. */
  refuse(refusal: Refusal): void
}

/** A kubelet's own refusal, which is passed on as the text that it is; kubectl puts `unable to upgrade connection: ` before it. */
export class KubeletRefusal extends Refusal {}

export interface ExecOptions {
  readonly kind: 'exec' | 'attach'
  readonly target: Target
  readonly query: URLSearchParams
}

/** Starts a command in a container, in virtual time. Throws a Refusal for what can be seen without the kubelet. */
export function startExec(api: ApiServer, options: ExecOptions, door: ExecDoor): void {
  const { pod, container } = containerOf(api, options.target, options.query.get('container'))
  const place = placeOf(api, pod, container)
  if (place === undefined)
    throw new Refusal(400, 'BadRequest', `pod ${options.target.name} does not have a host assigned`)
  const request = requestOf(place, options)
  dialer(api).thread(options.kind, (self) => run(self, place, request, door))
}

function requestOf({ namespace, pod, container }: Place, { kind, query }: ExecOptions): KubeletRequest {
  const to = { namespace, pod, container }
  if (kind === 'attach')
    return { kind: 'logs', ...to, follow: true, previous: false, timestamps: false, tailLines: 0 }
  return {
    kind: 'exec',
    ...to,
    command: query.getAll('command'),
    stdin: query.get('stdin') === 'true',
    tty: query.get('tty') === 'true',
  }
}

/** A kubelet that refuses does so within a round trip; one that has said nothing by then has begun. */
const refusalMs = 50

async function run(self: Process, place: Place, request: KubeletRequest, door: ExecDoor): Promise<void> {
  let connection: Connection
  try {
    connection = await dialKubelet(self, place, { request, before: 'error dialing backend' })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return door.refuse(error)
  }
  const first = await nextReply(self, connection, refusalMs)
  if (first === 'closed') return door.refuse(new Refusal(500, 'InternalError', 'error dialing backend: EOF'))
  if (first?.kind === 'error') return door.refuse(new KubeletRefusal(first.code, '', first.message))
  const client = door.accept({
    input: (text) => connection.send({ kind: 'stdin', text }),
    inputEnd: () => connection.send({ kind: 'stdin-end' }),
    close: () => connection.close(),
  })
  await pump(self, connection, client, first)
  connection.close()
}

async function pump(
  self: Process,
  connection: Connection,
  client: ClientStreams,
  first: KubeletReply | undefined,
): Promise<void> {
  let reply: KubeletReply | 'closed' | undefined = first
  for (;;) {
    if (reply === 'closed') return client.abort()
    if (reply?.kind === 'out') client.output(reply.stream, reply.text)
    else if (reply?.kind === 'end') return client.finish(exitStatus(reply.code))
    else if (reply?.kind === 'error') return client.finish(failure(reply.message))
    reply = await nextReply(self, connection)
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

/** `exec` or `attach` when a subresource is one of them. */
export const execKind = (subresource: string | undefined): 'exec' | 'attach' | undefined =>
  subresource === 'exec' || subresource === 'attach' ? subresource : undefined
