/** The Kubernetes API without a socket: the same handlers that serve HTTP answer, in the lab's events. */
import { resources } from '#lab/api/ports.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { Refusal } from '#lab/api/status.ts'
import { startExec } from '#lab/api/streams/exec.ts'

export interface LabRequest {
  readonly method: string
  readonly path: string // with its query
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface LabResponse {
  readonly status: number
  readonly body: string
}

/** Puts a request to the server; tells its whole answer, that it broke off, or `undefined` at once when no kube-apiserver runs. */
export function askServer(
  api: ApiServer,
  { method, path, headers = {}, body = '' }: LabRequest,
  tell: (response: LabResponse | 'broken-off' | undefined) => void,
): void {
  if (api.process === undefined) {
    tell(undefined)
    return
  }
  const lowered = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  api.handle(
    { method, url: path, headers: lowered, body },
    {
      send: (status, _, text) =>
        tell({ status, body: typeof text === 'string' ? text : Buffer.from(text).toString() }),
      stream: (status) => {
        const chunks: string[] = []
        return {
          write: (chunk) => void chunks.push(chunk),
          end: () => tell({ status, body: chunks.join('') }),
          // A client could not know; who asks here is not to take it for whole.
          breakOff: () => tell('broken-off'),
        }
      },
      onClose: () => {},
    },
  )
}

export interface LabExec {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly argv: readonly string[]
}

export type LabExecAnswer =
  | { readonly kind: 'output'; readonly stdout: string; readonly stderr: string; readonly code: number }
  | { readonly kind: 'refused'; readonly response: LabResponse }

/** A command in a container, through the API server and the kubelet, as kubectl exec runs it; tells what came of it, or that it broke off. */
export function askPod(
  api: ApiServer,
  { namespace, pod, container, argv }: LabExec,
  tell: (answer: LabExecAnswer | 'broken-off') => void,
): void {
  const out = { stdout: '', stderr: '' }
  const refuse = (refusal: Refusal): void => tell({ kind: 'refused', response: responseOf(refusal) })
  const query = new URLSearchParams([
    ['container', container],
    ...argv.map((word) => ['command', word] as [string, string]),
  ])
  const def = api.state.registry.find(resources.pods)
  if (def === undefined) throw new Error('pods are served')
  try {
    startExec(
      api,
      { kind: 'exec', method: 'POST', target: { def, namespace, name: pod }, query },
      {
        refuse,
        accept: () => ({
          output: (stream, text) => {
            out[stream] += text
          },
          finish: (status) => tell({ kind: 'output', ...out, code: exitCode(status) }),
          abort: () => tell('broken-off'),
        }),
      },
    )
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    refuse(error)
  }
}

function responseOf({ code, reason, message }: Refusal): LabResponse {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }
  return { status: code, body: JSON.stringify(status) }
}

/** The command's exit code out of the Status that ends its streams. */
function exitCode(status: Readonly<Record<string, unknown>>): number {
  if (status['status'] === 'Success') return 0
  const causes = (
    status['details'] as { causes?: readonly { reason?: string; message?: string }[] } | undefined
  )?.causes
  return Number(causes?.find(({ reason }) => reason === 'ExitCode')?.message ?? 1)
}
