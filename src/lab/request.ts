import { resources } from '#lab/api/ports.ts'
import { serviceMs } from '#lab/api/programs.ts'
import { Refusal } from '#lab/api/status.ts'
import { startExec } from '#lab/api/streams/exec.ts'
import type { Lab } from '#lab/lab.ts'

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

/**
 * One request to a lab's Kubernetes API without a socket: the same handler that serves HTTP answers, in virtual time.
 * Rejects with ECONNREFUSED in its message while no kube-apiserver runs.
 */
export async function requestLab(lab: Lab, request: LabRequest): Promise<LabResponse> {
  let answer: LabResponse | undefined
  let refused = false
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  )
  lab.kernel.at(lab.kernel.nowMs + serviceMs, `${request.method} ${request.path}`, () => {
    if (lab.api.process === undefined) {
      refused = true
      return
    }
    lab.api.handle(
      { method: request.method, url: request.path, headers, body: request.body ?? '' },
      {
        send: (status, _, body) => {
          answer = { status, body: typeof body === 'string' ? body : Buffer.from(body).toString() }
        },
        stream: (status) => {
          const chunks: string[] = []
          const end = (): void => {
            answer = { status, body: chunks.join('') }
          }
          return { write: (chunk) => void chunks.push(chunk), end, abort: end }
        },
        onClose: () => {},
      },
    )
  })
  await lab.until(() => answer !== undefined || refused)
  if (answer === undefined) throw new Error('connect ECONNREFUSED: no kube-apiserver runs in the lab')
  return answer
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

/** A command in a container, through the API server and the kubelet, as kubectl exec runs it. */
export async function execInLab(
  lab: Lab,
  { namespace, pod, container, argv }: LabExec,
): Promise<LabExecAnswer> {
  let answer: LabExecAnswer | undefined
  const out = { stdout: '', stderr: '' }
  const refuse = (refusal: Refusal): void => {
    const { code, reason, message } = refusal
    const body = JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code,
      reason,
      message,
    })
    answer = { kind: 'refused', response: { status: code, body } }
  }
  const query = new URLSearchParams([
    ['container', container],
    ...argv.map((word) => ['command', word] as [string, string]),
  ])
  lab.kernel.at(lab.kernel.nowMs + serviceMs, `exec ${namespace}/${pod}`, () => {
    const def = lab.api.state.registry.find(resources.pods)
    try {
      if (def === undefined) throw new Error('pods are served')
      startExec(
        lab.api,
        { kind: 'exec', target: { def, namespace, name: pod }, query },
        {
          refuse,
          accept: () => ({
            output: (stream, text) => {
              out[stream] += text
            },
            finish: (status) => {
              answer = { kind: 'output', ...out, code: exitCode(status) }
            },
            abort: () => {
              answer = { kind: 'output', ...out, code: 255 }
            },
          }),
        },
      )
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refuse(error)
    }
  })
  await lab.until(() => answer !== undefined)
  return answer as unknown as LabExecAnswer // `until` has seen it
}

/** The command's exit code out of the Status that ends its streams. */
function exitCode(status: Readonly<Record<string, unknown>>): number {
  if (status['status'] === 'Success') return 0
  const causes = (
    status['details'] as { causes?: readonly { reason?: string; message?: string }[] } | undefined
  )?.causes
  return Number(causes?.find(({ reason }) => reason === 'ExitCode')?.message ?? 1)
}
