import { rfc3339Micro } from '#base/clock.ts'
import type { Pod } from '#lab/api/objects.ts'
import { isErrno, type Machine, type Process } from '#lab/host/ports.ts'
import type { Access, Asking } from '#lab/kubelet/access.ts'
import { instancesOf } from '#lab/kubelet/pod-status.ts'
import { attach, exec } from '#lab/kubelet/server-exec.ts'
import { forwardPorts } from '#lab/kubelet/server-forward.ts'
import { page, plain } from '#lab/kubelet/server-pages.ts'
import { type KubeletCall, type KubeletRequest, reply } from '#lab/kubelet/wire.ts'
import { goKeepAlive } from '#lab/network/go-keep-alive.ts'
import { type HttpRequest, respond, serveHttp } from '#lab/network/http.ts'
import { requestOf } from '#lab/network/http-wire.ts'
import type { Connection } from '#lab/network/ports.ts'
import type { LogLine } from '#lab/runtime/logs.ts'
import type { ContainerInstance } from '#lab/runtime/records.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

export const kubeletPort = 10250

export interface ServedPods {
  readonly runtime: ContainerRuntime
  /** The pod of this machine by its name, with the uid under which the runtime knows it. */
  find(namespace: string, name: string): Pod | undefined
  list(): readonly Pod[]
  readonly machine: Pick<Machine, 'memory'>
}

/**
 * Answers logs, exec, attach, port-forward and a little HTTP on port 10250, to those whom `access` lets
 * (kubernetes/kubernetes:pkg/kubelet/server/server.go, pkg/kubelet/kubelet_pods.go). Not imitated: TLS, beyond the certificates that clients
 * show.
 */
export function serveKubelet(p: Process, pods: ServedPods, access: Access): Promise<unknown> {
  return p.net.listen({ port: kubeletPort, keepAlive: goKeepAlive }, (connection) => {
    p.thread('request', (self) => answer(self, connection, { pods, access }))
  })
}

/** Answers whoever asks what may be read, in plain HTTP (ListenAndServeKubeletReadOnlyServer). */
export function serveReadOnly(p: Process, pods: ServedPods, port: number): Promise<unknown> {
  return serveHttp(p, { port }, (asked) =>
    /^\/(logs|run|exec|attach|portForward|containerLogs|runningpods)\//.test(asked.path)
      ? { status: 405, body: 'Debug endpoints are disabled.\n' }
      : (self) => page(self, pods, asked),
  )
}

/** Tells whoever is on the machine that the kubelet runs; no more is asked (cmd/kubelet/app/server.go: HealthzPort). */
export function serveHealth(p: Process, port: number): Promise<unknown> {
  return serveHttp(p, { port, address: '127.0.0.1' }, ({ path }) =>
    /^\/healthz(\/ping)?$/.test(path)
      ? { status: 200, headers: plain, body: 'ok' }
      : { status: 404, body: '404 page not found\n' },
  )
}

interface Served {
  readonly pods: ServedPods
  readonly access: Access
}

async function answer(self: Process, connection: Connection, { pods, access }: Served): Promise<void> {
  try {
    const request = await connection.receive(self.task)
    if (request === undefined || request === 'closed') return
    const asked = requestOf(request, connection.remote.address)
    if (asked !== undefined) {
      const refused = await access.refusal(self, askingOf(asked))
      respond(
        connection,
        refused === undefined
          ? await page(self, pods, asked)
          : { status: refused.code, headers: plain, body: refused.message },
      )
      return
    }
    // Nobody else in the lab speaks so to this port.
    const call = request as unknown as KubeletCall
    const refused = await access.refusal(self, { ...call, path: pathOf(call) })
    if (refused === undefined) await handle(self, connection, pods, call)
    else reply(connection, { kind: 'error', ...refused })
  } catch (error) {
    // The other end has gone; what it asked for ends with it.
    if (!isErrno(error)) throw error
  } finally {
    connection.close()
  }
}

function askingOf({ method, path, shown, headers }: HttpRequest): Asking {
  const [, authorization] =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization') ?? []
  return { method, path: path.split('?')[0] ?? '/', shown, authorization }
}

const pathOf = ({ kind }: KubeletRequest): string => (kind === 'logs' ? '/containerLogs' : `/${kind}`)

async function handle(
  self: Process,
  connection: Connection,
  pods: ServedPods,
  request: KubeletRequest,
): Promise<void> {
  if (!('pod' in request)) return
  const refuse = (code: number, message: string): void => reply(connection, { kind: 'error', code, message })
  const pod = pods.find(request.namespace, request.pod)
  if (pod === undefined)
    return refuse(404, `pod "${request.pod}" not found in namespace "${request.namespace}"`)
  if (!pods.runtime.isServing) return refuse(500, 'container runtime is down')
  if (request.kind === 'port-forward')
    return forwardPorts(self, connection, { runtime: pods.runtime, uid: pod.metadata.uid })
  const instances = pods.runtime.containers(pod.metadata.uid)
  const [newest] = instancesOf(instances, request.container)
  if (request.kind !== 'logs') {
    if (newest?.state !== 'running') return refuse(500, `container not found ("${request.container}")`)
    return request.kind === 'exec'
      ? exec(self, connection, { runtime: pods.runtime, id: newest.id, request })
      : attach(self, connection, { runtime: pods.runtime, id: newest.id, request })
  }
  const wanted = request.previous ? endedBefore(pod, instances, request.container) : newest
  if (wanted === undefined) return refuse(400, missingLog(pod, request))
  const missing = pods.runtime.logFiles.missing(wanted)
  if (missing === undefined) return logs(self, connection, wanted, request)
  // As people saw it in kubernetes/kubernetes#107243: the words are the log, without the end of a line.
  reply(connection, { kind: 'out', stream: 'stdout', text: missing })
  reply(connection, { kind: 'end', code: 0 })
}

/** Whom `--previous` means: the last state of the container's status; while it waits for a restart, the one that just ended. */
function endedBefore(
  { status }: Pod,
  instances: readonly ContainerInstance[],
  container: string,
): ContainerInstance | undefined {
  const statuses = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])]
  const ended = statuses.find(({ name }) => name === container)?.lastState.terminated?.containerID
  return instances.find(({ id }) => ended?.endsWith(`://${id}`) === true)
}

function missingLog(pod: Pod, request: Extract<KubeletRequest, { kind: 'logs' }>): string {
  const { container } = request
  if (request.previous)
    return `previous terminated container "${container}" in pod "${request.pod}" not found`
  const all = [
    ...pod.spec.containers,
    ...(pod.spec.initContainers ?? []),
    ...(pod.spec.ephemeralContainers ?? []),
  ]
  if (!all.some(({ name }) => name === container))
    return `container ${container} is not valid for pod ${request.pod}`
  const statuses = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])]
  const reason = statuses.find(({ name }) => name === container)?.state.waiting?.reason ?? 'ContainerCreating'
  const images: Readonly<Record<string, string>> = {
    ErrImagePull: "image can't be pulled",
    ImagePullBackOff: 'trying and failing to pull image',
  }
  return `container "${container}" in pod "${request.pod}" is waiting to start: ${images[reason] ?? reason}`
}

async function logs(
  self: Process,
  connection: Connection,
  { log }: ContainerInstance,
  request: Extract<KubeletRequest, { kind: 'logs' }>,
): Promise<void> {
  let budget = request.limitBytes ?? Number.POSITIVE_INFINITY
  const send = (lines: readonly LogLine[]): void => {
    const text = lines.map((line) => rendered(line, request.timestamps)).join('')
    if (text === '' || budget <= 0) return
    reply(connection, { kind: 'out', stream: 'stdout', text: text.slice(0, budget) })
    budget -= text.length
  }
  reply(connection, { kind: 'started' })
  let cursor = log.written
  send(log.lines({ tailLines: request.tailLines, sinceMs: request.sinceMs }))
  while (request.follow && !log.ended && budget > 0) {
    await log.changed(self.task)
    send(log.from(cursor))
    cursor = log.written
  }
  reply(connection, { kind: 'end', code: 0 })
}

const rendered = (line: LogLine, timestamps: boolean): string =>
  timestamps ? `${nanoTime(line.timeMs)} ${line.text}\n` : `${line.text}\n`

/** `2026-01-07T06:30:00.123000000Z` */
const nanoTime = (ms: number): string => rfc3339Micro(ms).replace('Z', '000Z')
