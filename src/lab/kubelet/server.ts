import { rfc3339Micro } from '#base/clock.ts'
import type { Pod } from '#lab/api/objects.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { instancesOf } from '#lab/kubelet/pod-status.ts'
import type { KubeletReply, KubeletRequest } from '#lab/kubelet/wire.ts'
import type { Connection, Payload } from '#lab/network/ports.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { LogLine } from '#lab/runtime/logs.ts'
import type { ContainerInstance } from '#lab/runtime/records.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

export const kubeletPort = 10250

export interface ServedPods {
  readonly runtime: ContainerRuntime
  /** The pod of this machine by its name, with the uid under which the runtime knows it. */
  find(namespace: string, name: string): Pod | undefined
}

/**
 * Answers logs and exec on port 10250 (kubernetes/kubernetes:pkg/kubelet/server/server.go, pkg/kubelet/kubelet_pods.go).
 * Not imitated: TLS and authentication, attach, port-forward, metrics, stats.
 */
export function serveKubelet(p: Process, pods: ServedPods): Promise<unknown> {
  return p.net.listen({ port: kubeletPort }, (connection) => {
    p.thread('request', (self) => answer(self, connection, pods))
  })
}

async function answer(self: Process, connection: Connection, pods: ServedPods): Promise<void> {
  try {
    const request = await connection.receive(self.task)
    if (request === undefined || request === 'closed') return
    // The API server alone dials this port.
    await handle(self, connection, pods, request as unknown as KubeletRequest)
  } catch (error) {
    // The other end has gone; what it asked for ends with it.
    if (!isErrno(error)) throw error
  } finally {
    connection.close()
  }
}

const reply = (connection: Connection, message: KubeletReply): void =>
  connection.send(message as unknown as Payload) // a plain value, as payloads are

async function handle(
  self: Process,
  connection: Connection,
  pods: ServedPods,
  request: KubeletRequest,
): Promise<void> {
  if (request.kind !== 'logs' && request.kind !== 'exec') return
  const refuse = (code: number, message: string): void => reply(connection, { kind: 'error', code, message })
  const pod = pods.find(request.namespace, request.pod)
  if (pod === undefined)
    return refuse(404, `pod "${request.pod}" not found in namespace "${request.namespace}"`)
  if (!pods.runtime.isServing) return refuse(500, 'container runtime is down')
  const instances = pods.runtime.containers(pod.metadata.uid)
  const [newest] = instancesOf(instances, request.container)
  if (request.kind === 'exec') {
    if (newest?.state !== 'running') return refuse(500, `container not found ("${request.container}")`)
    return exec(self, connection, pods.runtime, newest, request)
  }
  const wanted = request.previous ? endedBefore(pod, instances, request.container) : newest
  if (wanted !== undefined) return logs(self, connection, wanted, request)
  refuse(400, missingLog(pod, request))
}

/** Whom `--previous` means: the last state of the container's status; while it waits for a restart, the one that just ended. */
function endedBefore(
  { status }: Pod,
  instances: readonly ContainerInstance[],
  container: string,
): ContainerInstance | undefined {
  const statuses = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])]
  const ended = statuses.find(({ name }) => name === container)?.lastState.terminated?.containerID
  return instances.find(({ id }) => ended === `containerd://${id}`)
}

function missingLog(pod: Pod, request: Extract<KubeletRequest, { kind: 'logs' }>): string {
  const { container } = request
  if (request.previous)
    return `previous terminated container "${container}" in pod "${request.pod}" not found`
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
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

async function exec(
  self: Process,
  connection: Connection,
  runtime: ContainerRuntime,
  instance: ContainerInstance,
  request: Extract<KubeletRequest, { kind: 'exec' }>,
): Promise<void> {
  const out = (stream: 'stdout' | 'stderr') => ({
    write: (text: string) => reply(connection, { kind: 'out', stream, text }),
  })
  try {
    const child = await runtime.exec(instance.id, request.command, {
      stdin: request.stdin ? { read: (by) => nextInput(by, connection) } : '',
      stdout: out('stdout'),
      stderr: out(request.tty ? 'stdout' : 'stderr'),
    })
    self.task.onEnd(() => child.alive && child.kill('SIGKILL'))
    const code = await self.task.wait<number>((wake) => {
      child.onExit((status) => wake(status.code))
      return undefined
    })
    reply(connection, { kind: 'end', code })
  } catch (error) {
    if (!(error instanceof CriError)) throw error
    reply(connection, { kind: 'error', code: 500, message: `Internal error occurred: ${error.message}` })
  }
}

/** What the client typed; undefined at the end of its input, or when it has gone. */
async function nextInput(by: Process, connection: Connection): Promise<string | undefined> {
  try {
    const payload = await connection.receive(by.task)
    if (payload === undefined || payload === 'closed') return undefined
    const message = payload as unknown as KubeletRequest // the API server alone dials this port
    return message.kind === 'stdin' ? message.text : undefined
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
