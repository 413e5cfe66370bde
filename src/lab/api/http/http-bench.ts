/** A server that answers HTTP requests without a socket, for tests. */
import { directKube } from '#lab/api/direct.ts'
import type { ApiRequest, Responder } from '#lab/api/http/request.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import type { Kube } from '#lab/api/ports.ts'
import { ApiServer } from '#lab/api/server.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

export const startMs = Date.UTC(2026, 0, 7, 6)

export interface Answer {
  code: number
  headers: Readonly<Record<string, string>>
  /** Whole, or what a stream has brought so far. */
  text: string
  bytes: Uint8Array
  ended: boolean
  close(): void
}

export function answerOf(api: ApiServer, request: Partial<ApiRequest> & { readonly url: string }): Answer {
  const closers: (() => void)[] = []
  const answer: Answer = {
    code: 0,
    headers: {},
    text: '',
    bytes: new Uint8Array(),
    ended: false,
    close: () => {
      for (const close of closers) close()
    },
  }
  const to: Responder = {
    send: (code, headers, body) => {
      const text = typeof body === 'string' ? body : ''
      const bytes = typeof body === 'string' ? new Uint8Array() : body
      Object.assign(answer, { code, headers, text, bytes, ended: true })
    },
    stream: (code, headers) => {
      Object.assign(answer, { code, headers })
      return {
        write: (chunk) => {
          answer.text += chunk
        },
        end: () => {
          answer.ended = true
        },
        breakOff: () => {
          answer.ended = true
        },
      }
    },
    onClose: (tell) => closers.push(tell),
  }
  api.handle({ method: 'GET', headers: {}, body: '', ...request }, to)
  return answer
}

export function server(): { readonly api: ApiServer; readonly kernel: Kernel; readonly kube: Kube } {
  const kernel = new Kernel({ seed: 1, startMs })
  const api = new ApiServer({ kernel })
  return { api, kernel, kube: directKube(api) }
}

export const maps = '/api/v1/namespaces/default/configmaps'
export const draft = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
})
/** The parts of answers that tests look into; each answer has some of them. */
export interface Body {
  readonly apiVersion: string
  readonly metadata: Readonly<Record<string, string>>
  readonly items: readonly KubeObject[]
  readonly rows: readonly { readonly object: Readonly<Record<string, unknown>> }[]
  readonly resources: readonly unknown[]
  readonly spec: { readonly replicas: number }
  readonly details: { readonly causes: readonly { readonly message: string }[] }
}

export const json = (answer: Answer): Body => JSON.parse(answer.text) as Body // what the test has asked for

export const lines = (answer: Answer) =>
  answer.text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { type: string; object: KubeObject })

export const tableV1 = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
