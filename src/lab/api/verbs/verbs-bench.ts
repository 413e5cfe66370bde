/** A server without a network, and a pod on it, for the tests of the verbs. */
import { directKube } from '#lab/api/direct.ts'
import type { Pod } from '#lab/api/objects.ts'
import { type Kube, type ResourceType, resources } from '#lab/api/ports.ts'
import { ApiServer, type ApiServerOptions } from '#lab/api/server.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

export const startMs = Date.UTC(2026, 0, 7, 6)

export function server(options: Omit<ApiServerOptions, 'kernel'> = {}): {
  readonly kernel: Kernel
  readonly api: ApiServer
  readonly kube: Kube
} {
  const kernel = new Kernel({ seed: 1, startMs })
  const api = new ApiServer({ kernel, ...options })
  return { kernel, api, kube: directKube(api) }
}

export const type = (resource: string, group = ''): ResourceType => ({ group, version: 'v1', resource })
export const failure = async (
  promise: Promise<unknown>,
): Promise<{ code?: number; reason?: string; message: string }> =>
  promise.then(
    () => ({ message: 'it did not fail' }),
    (error: Error) => error,
  )

export const account = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'default' },
}
export const podDraft = (o: { readonly metadata?: object; readonly spec?: object } = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', ...o.metadata },
  spec: { containers: [{ name: 'c', image: 'img' }], ...o.spec },
})
export const web = { type: resources.pods, namespace: 'default', name: 'web' }

export async function withPod(spec: object = {}): Promise<ReturnType<typeof server> & { readonly pod: Pod }> {
  const s = server()
  await s.kube.create(resources.serviceAccounts, account)
  const pod = await s.kube.create<Pod>(resources.pods, podDraft({ spec }))
  return { ...s, pod }
}

export const running = { type: 'merge', body: { status: { phase: 'Running' } } } as const
export const onStatus = { subresource: 'status' }
