/** A served API with seeded objects and a make-believe kubelet, for tests that run real kubectls. */
import { wallClock } from '#base/clock.ts'
import { directKube } from '#lab/api/direct.ts'
import { FakeNetwork } from '#lab/api/fake-network.ts'
import { type ServedApi, serveApi } from '#lab/api/http.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import type { Kube } from '#lab/api/ports.ts'
import { apiPrograms } from '#lab/api/programs.ts'
import { ApiServer } from '#lab/api/server.ts'
import { createObject } from '#lab/api/verbs/create.ts'
import { existing } from '#lab/api/verbs/state.ts'
import { updateObject } from '#lab/api/verbs/update.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import type { KubeletReply, KubeletRequest } from '#lab/kubelet/wire.ts'
import type { Connection } from '#lab/network/ports.ts'
import { Pacer } from '#lab/serve/pacer.ts'

export interface Bench {
  readonly api: ApiServer
  readonly kernel: Kernel
  readonly kube: Kube
  readonly network: FakeNetwork
  readonly served: ServedApi
  seed(object: object): KubeObject
  status(apiVersion: string, kind: string, name: string, status: object, namespace?: string): void
  close(): Promise<void>
}

/** Virtual time starts at the wall's, so that ages that kubectl computes are right. */
export async function startBench(o: { readonly skewMs?: number } = {}): Promise<Bench> {
  const startMs = wallClock.now() - (o.skewMs ?? 0)
  const kernel = new Kernel({ seed: 1, startMs })
  const network = new FakeNetwork(kernel)
  const api = new ApiServer({ kernel })
  const program = apiPrograms(api)['kube-apiserver']
  network.start('kube-apiserver', '10.0.0.11', async (p) => program?.(p))
  network.start('kubelet', '10.0.0.21', kubelet)
  const pacer = new Pacer(kernel, { clock: wallClock, speed: 1 })
  const running = pacer.run()
  await pacer.until(() => api.process !== undefined)
  const served = await serveApi(api, { driver: pacer, presentedSkewMs: () => o.skewMs ?? 0 })
  const user = { username: 'test', groups: ['system:masters'] }
  const seed = (object: object): KubeObject => {
    const { apiVersion, kind, metadata } = object as KubeObject // the tests seed whole objects
    const def = api.state.registry.ofKind(apiVersion, kind)
    if (def === undefined) throw new Error(`no ${kind}`)
    return createObject(api.state, { def, namespace: metadata.namespace, body: object }, { user })
  }
  return {
    api,
    kernel,
    kube: directKube(api),
    network,
    served,
    seed,
    status: (apiVersion, kind, name, status, namespace) => {
      const def = api.state.registry.ofKind(apiVersion, kind)
      if (def === undefined) throw new Error(`no ${kind}`)
      const target = { def, namespace, name }
      const body = { ...existing(api.state, target), status }
      updateObject(api.state, { ...target, subresource: 'status', body }, { user })
    },
    close: async () => {
      await served.close()
      await pacer.stop()
      await running
      await kernel.shutdown()
    },
  }
}

/** Writes ten log lines; runs `echo`, `cat`, `fail` and nothing else. */
async function kubelet(p: Process): Promise<void> {
  await p.net.listen({ port: 10250 }, (connection) => {
    p.thread('request', (self) => answer(self, connection).catch(unlessReset))
  })
  await p.task.wait<void>(() => undefined)
}

const unlessReset = (error: unknown): void => {
  if (!isErrno(error)) throw error
}

async function answer(self: Process, connection: Connection): Promise<void> {
  const request = (await connection.receive(self.task)) as KubeletRequest // only the API server dials
  const reply = (each: KubeletReply): void => connection.send(each)
  if (request.kind === 'logs') return logs(self, request, reply)
  if (request.kind !== 'exec') return
  const [command, ...args] = request.command
  if (command !== 'gone') reply({ kind: 'started' })
  if (command === 'cat') return cat(self, connection, reply)
  if (command === 'echo') reply({ kind: 'out', stream: 'stdout', text: `${args.join(' ')}\n` })
  else if (command === 'gone')
    return reply({ kind: 'error', code: 500, message: `container not found ("${request.container}")` })
  else reply({ kind: 'out', stream: 'stderr', text: 'it fails\n' })
  reply({ kind: 'end', code: command === 'echo' ? 0 : 3 })
}

async function logs(
  self: Process,
  request: Extract<KubeletRequest, { readonly kind: 'logs' }>,
  reply: (each: KubeletReply) => void,
): Promise<void> {
  if (request.previous)
    return reply({
      kind: 'error',
      code: 400,
      message: `previous terminated container ${JSON.stringify(request.container)} in pod ${JSON.stringify(request.pod)} not found`,
    })
  const stamp = request.timestamps ? '2026-01-07T06:00:00.123456789Z ' : ''
  const lines = Array.from({ length: 10 }, (_, index) => `${stamp}line ${index + 1}\n`)
  const from = request.tailLines === undefined ? 0 : lines.length - request.tailLines
  reply({ kind: 'out', stream: 'stdout', text: lines.slice(from).join('') })
  if (request.follow) {
    await self.sleep(300)
    reply({ kind: 'out', stream: 'stdout', text: 'line 11\n' })
  }
  reply({ kind: 'end', code: 0 })
}

async function cat(
  self: Process,
  connection: Connection,
  reply: (each: KubeletReply) => void,
): Promise<void> {
  for (;;) {
    const payload = await connection.receive(self.task)
    if (typeof payload === 'string' || payload === undefined) return
    const input = payload as KubeletRequest
    if (input.kind === 'stdin') reply({ kind: 'out', stream: 'stdout', text: input.text })
    if (input.kind === 'stdin-end') return reply({ kind: 'end', code: 0 })
  }
}
