import type { ContainerDef, Probe } from '#lab/api/objects.ts'
import { type ExitStatus, isErrno, type Process } from '#lab/host/ports.ts'
import { Collector } from '#lab/host/process/streams.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { grpcProbe } from '#lab/kubelet/probe-grpc.ts'
import { httpGet, isSure } from '#lab/network/http.ts'
import { goError, HttpFailure } from '#lab/network/http-failure.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

export type ProbeResult =
  /** `sure`: it would succeed again as long as the epoch stands. */
  | { readonly kind: 'success'; readonly sure: boolean }
  | { readonly kind: 'failure'; readonly output: string }
  /** It could not be carried out; the result is thrown away. */
  | { readonly kind: 'errored'; readonly output: string }

export interface ProbeTarget {
  readonly def: ContainerDef
  readonly instanceId: string
  readonly podIp: string | undefined
}

/** One probe, carried out (kubernetes/kubernetes:pkg/probe/{exec,http,tcp,grpc}). Not imitated: TLS, headers, redirects. */
export function runProbe(
  self: Process,
  o: {
    readonly kernel: Kernel
    readonly runtime: ContainerRuntime
    readonly probe: Probe
    readonly target: ProbeTarget
  },
): Promise<ProbeResult> {
  const timeoutMs = (o.probe.timeoutSeconds ?? 1) * 1000
  if (o.probe.exec !== undefined) return execProbe(self, { ...o, command: o.probe.exec.command, timeoutMs })
  if (o.probe.httpGet !== undefined) return httpProbe(self, o.probe.httpGet, { ...o.target, timeoutMs })
  if (o.probe.tcpSocket !== undefined) return tcpProbe(self, o.probe.tcpSocket, { ...o.target, timeoutMs })
  if (o.probe.grpc !== undefined) return grpcProbe(self, o.probe.grpc, { ...o.target, timeoutMs })
  return Promise.resolve({ kind: 'errored', output: 'missing probe handler' })
}

async function execProbe(
  self: Process,
  o: {
    readonly kernel: Kernel
    readonly runtime: ContainerRuntime
    readonly target: ProbeTarget
    readonly command: readonly string[]
    readonly timeoutMs: number
  },
): Promise<ProbeResult> {
  const sink = new Collector()
  try {
    const child = await o.runtime.exec(o.target.instanceId, o.command, {
      stdout: sink,
      stderr: sink,
      stdin: '',
      passing: true,
    })
    const status = await self.task.wait<ExitStatus | undefined>((wake) => {
      const cancel = o.kernel.at(o.kernel.nowMs + o.timeoutMs, `${self.name} probe time-out`, () => {
        child.kill('SIGKILL')
        wake(undefined)
      })
      child.onExit((status) => {
        cancel()
        wake(status)
      })
      return () => {
        cancel()
        if (child.alive) child.kill('SIGKILL')
      }
    })
    if (status === undefined) {
      const command = o.command.join(' ')
      const seconds = o.timeoutMs / 1000
      return { kind: 'failure', output: `command timed out: "${command}" timed out after ${seconds}s` }
    }
    if (status.code === 0) return { kind: 'success', sure: status.vouched === true }
    return { kind: 'failure', output: sink.text.slice(0, outputMax) }
  } catch (error) {
    if (error instanceof CriError) return { kind: 'errored', output: error.message }
    throw error
  }
}

const outputMax = 10 * 1024

async function httpProbe(
  self: Process,
  get: NonNullable<Probe['httpGet']>,
  o: ProbeTarget & { readonly timeoutMs: number },
): Promise<ProbeResult> {
  const host = get.host ?? o.podIp ?? ''
  const port = portOf(get.port, o.def)
  const path = get.path?.startsWith('/') ? get.path : `/${get.path ?? ''}`
  const url = `${(get.scheme ?? 'HTTP').toLowerCase()}://${host}:${port}${path}`
  try {
    const answer = await httpGet(self, url, { timeoutMs: o.timeoutMs })
    const { status } = answer
    if (status >= 200 && status < 400) return { kind: 'success', sure: isSure(answer) }
    return { kind: 'failure', output: `HTTP probe failed with statuscode: ${status}` }
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    return { kind: 'failure', output: goError(error) }
  }
}

async function tcpProbe(
  self: Process,
  socket: NonNullable<Probe['tcpSocket']>,
  o: ProbeTarget & { readonly timeoutMs: number },
): Promise<ProbeResult> {
  const address = socket.host ?? o.podIp ?? ''
  const port = portOf(socket.port, o.def)
  try {
    const connection = await self.net.connect(self.task, { address, port }, { timeoutMs: o.timeoutMs })
    connection.close()
    return { kind: 'success', sure: false } // who accepted may have noticed
  } catch (error) {
    if (!isErrno(error)) throw error
    const why = error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`
    return { kind: 'failure', output: `dial tcp ${address}:${port}: ${why}` }
  }
}

export function portOf(port: number | string, def: ContainerDef): number {
  if (typeof port === 'number') return port
  const named = def.ports?.find(({ name }) => name === port)
  return named?.containerPort ?? Number(port)
}
