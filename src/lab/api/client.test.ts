import { describe, expect, test } from 'vitest'
import { inClusterKube, kubeClient } from '#lab/api/client.ts'
import { directKube } from '#lab/api/direct.ts'
import { FakeNetwork } from '#lab/api/fake-network.ts'
import { type InformerChange, informer } from '#lab/api/informer.ts'
import type { ConfigMap } from '#lab/api/objects.ts'
import { KubeError, KubeUnreachable, resources, type Watch } from '#lab/api/ports.ts'
import { apiPrograms } from '#lab/api/programs.ts'
import { ApiServer } from '#lab/api/server.ts'
import type { Process } from '#lab/host/ports.ts'
import { Kernel, type Task } from '#lab/kernel/kernel.ts'

const server = '10.0.0.11:6443'

interface Lab {
  readonly kernel: Kernel
  readonly network: FakeNetwork
  readonly api: ApiServer
  startServer(): Task
  /** Runs a program to its end and answers what it returned. */
  run<T>(main: (p: Process) => Promise<T>, o?: Parameters<FakeNetwork['start']>[3]): Promise<T>
}

function lab(): Lab {
  const kernel = new Kernel({ seed: 1, startMs: 1_767_765_600_000 })
  const network = new FakeNetwork(kernel)
  const api = new ApiServer({ kernel })
  const program = apiPrograms(api)['kube-apiserver']
  return {
    kernel,
    network,
    api,
    startServer: () => network.start('kube-apiserver', '10.0.0.11', async (p) => program?.(p)),
    run: async <T>(main: (p: Process) => Promise<T>, o = {}) => {
      const results: T[] = []
      network.start('program', '10.0.0.21', async (p) => results.push(await main(p)), o)
      await kernel.runUntil(() => results.length > 0, kernel.nowMs + 600_000)
      return results[0] as T
    },
  }
}

const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
})

const failure = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('it did not fail'),
    (error: Error) => error,
  )

/** Why a watch ended. */
const end = (p: Process, watch: Watch<unknown>): Promise<Error> =>
  p.task.wait<Error>((wake) => {
    watch.follow({ changes: () => {}, over: wake })
    return undefined
  })

describe('a client of the lab', () => {
  test('writes, reads and is told Conflict', async () => {
    const l = lab()
    l.startServer()
    await l.run(async (p) => {
      const kube = kubeClient(p, { server, user: 'kubernetes-admin', groups: ['system:masters'] })
      const made = await kube.create<ConfigMap>(resources.configMaps, configMap('a', { x: '1' }))
      expect(Object.isFrozen(made.data)).toBe(true)
      const ref = { type: resources.configMaps, namespace: 'default', name: 'a' }
      const patched = await kube.patch<ConfigMap>(ref, { type: 'merge', body: { data: { y: '2' } } })
      expect(patched.data).toEqual({ x: '1', y: '2' })
      const stale = await failure(kube.update(resources.configMaps, { ...made, data: { z: '3' } }))
      expect(stale).toMatchObject({ code: 409, reason: 'Conflict' })
      expect(stale.message).toBe(
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      )
      await kube.delete(ref)
      expect((await failure(kube.get(ref))).message).toBe('configmaps "a" not found')
    })
  })

  const asked = 'Get "https://10.0.0.11:6443/api/v1/nodes"'

  test('is refused when nothing listens, and connects again later', async () => {
    const l = lab()
    await l.run(async (p) => {
      const kube = kubeClient(p, { server, user: 'x', groups: ['system:masters'] })
      const refused = await failure(kube.list({ type: resources.nodes }))
      expect(refused).toBeInstanceOf(KubeUnreachable)
      expect(refused).toMatchObject({
        message: `${asked}: dial tcp 10.0.0.11:6443: connect: connection refused`,
      })
      l.startServer()
      await p.sleep(1)
      expect((await kube.list({ type: resources.nodes })).items).toEqual([])
    })
  })

  test.each([
    [
      'no answer within its own time',
      'client',
      'net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    ],
    ['no answer within its context', 'context', 'context deadline exceeded'],
  ] as const)('gives up: %s', async (_name, deadline, words) => {
    const l = lab()
    l.startServer()
    await l.run(async (p) => {
      const kube = kubeClient(p, {
        server,
        user: 'x',
        groups: ['system:masters'],
        timeoutMs: 10_000,
        deadline,
      })
      await kube.list({ type: resources.nodes })
      l.network.cut = true
      const startMs = p.now()
      expect((await failure(kube.list({ type: resources.nodes }))).message).toBe(`${asked}: ${words}`)
      expect(p.now() - startMs).toBe(10_000)
    })
  })

  test('gives up while dialing', async () => {
    const l = lab()
    l.network.cut = true
    await l.run(async (p) => {
      const slow = kubeClient(p, { server, user: 'x', groups: ['system:masters'] })
      expect((await failure(slow.list({ type: resources.nodes }))).message).toBe(
        `${asked}: dial tcp 10.0.0.11:6443: i/o timeout`,
      )
      const quick = kubeClient(p, { server, user: 'x', groups: ['system:masters'], timeoutMs: 1000 })
      expect((await failure(quick.list({ type: resources.nodes }))).message).toBe(
        `${asked}: net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
      )
    })
  })

  test('declares a silent connection lost after 30 s and a ping of 15 s', async () => {
    const l = lab()
    l.startServer()
    await l.run(async (p) => {
      const kube = kubeClient(p, { server, user: 'x', groups: ['system:masters'] })
      const { resourceVersion } = await kube.list({ type: resources.nodes })
      const watch = kube.watch({ type: resources.nodes, resourceVersion })
      await p.sleep(65_000) // pings are answered
      l.network.cut = true
      const startMs = p.now()
      expect((await end(p, watch)).message).toBe('http2: client connection lost')
      expect(p.now() - startMs).toBeLessThanOrEqual(45_001)
    })
  })

  test('learns at once that the server was stopped', async () => {
    const l = lab()
    const process = l.startServer()
    await l.run(async (p) => {
      const kube = kubeClient(p, { server, user: 'x', groups: ['system:masters'] })
      const { resourceVersion } = await kube.list({ type: resources.nodes })
      const watch = kube.watch({ type: resources.nodes, resourceVersion })
      await p.sleep(10)
      expect(l.api.process).toBeDefined()
      process.stop()
      expect((await end(p, watch)).message).toBe('unexpected EOF')
      expect(l.api.process).toBeUndefined()
    })
  })

  test('is nobody without a token that is good', async () => {
    const l = lab()
    l.startServer()
    const files = { '/var/run/secrets/kubernetes.io/serviceaccount/token': 'a.b.c' }
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.11', KUBERNETES_SERVICE_PORT: '6443' }
    await l.run(
      async (p) => {
        const bad = await failure(inClusterKube(p).list({ type: resources.nodes }))
        expect(bad).toBeInstanceOf(KubeError)
        expect(bad).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' })
      },
      { env, files },
    )
  })
})

describe('an informer', () => {
  test('keeps its cache through restarts of the server and the loss of the past', async () => {
    const l = lab()
    let process = l.startServer()
    const admin = directKube(l.api)
    await admin.create(resources.configMaps, configMap('a'))
    await l.run(async (p) => {
      const seen: string[] = []
      const maps = informer<ConfigMap>(
        p,
        kubeClient(p, { server, user: 'x', groups: ['system:masters'] }),
        { type: resources.configMaps, namespace: 'default' },
        { onChange: ({ type, object }) => seen.push(`${type} ${object.metadata.name}`) },
      )
      await maps.untilSynced(p.task)
      expect(maps.has('default/a')).toBe(true)
      await admin.create(resources.configMaps, configMap('b'))
      await maps.changed(p.task)
      process.stop()
      await admin.delete({ type: resources.configMaps, namespace: 'default', name: 'a' })
      for (let i = 0; i < 150; i++) {
        await admin.create(resources.configMaps, {
          ...configMap(`c${i}`),
          metadata: { name: `c${i}`, namespace: 'kube-system' },
        })
        if (i === 10) await p.sleep(80_000)
      }
      process = l.startServer()
      await p.sleep(120_000)
      expect(maps.list().map((each) => each.metadata.name)).toEqual(['b'])
      expect(seen).toEqual(['ADDED a', 'ADDED b', 'DELETED a'])
    })
  })

  test('who watches the same kind is told the same change, and more than one that has come since in order', async () => {
    const l = lab()
    l.startServer()
    const admin = directKube(l.api)
    await l.run(async (p) => {
      const seen: InformerChange<ConfigMap>[][] = [[], []]
      const kube = kubeClient(p, { server, user: 'x', groups: ['system:masters'] })
      const both = seen.map((told) =>
        informer<ConfigMap>(
          p,
          kube,
          { type: resources.configMaps },
          { onChange: (change) => told.push(change) },
        ),
      )
      for (const each of both) await each.untilSynced(p.task)
      for (const told of seen) told.length = 0 // what was there before
      await admin.create(resources.configMaps, configMap('a'))
      await admin.delete({ type: resources.configMaps, namespace: 'default', name: 'a' })
      await p.sleep(1000)
      expect(
        seen[0]?.map(({ type, object, previous }) => [type, object.metadata.name, previous?.metadata.name]),
      ).toEqual([
        ['ADDED', 'a', undefined],
        ['DELETED', 'a', 'a'],
      ])
      expect(seen[0]?.map((change, at) => change === seen[1]?.[at])).toEqual([true, true])
    })
  })

  test('who is told together gets one list of all that has come, with a cache that has taken it in', async () => {
    const l = lab()
    l.startServer()
    const admin = directKube(l.api)
    await admin.create(resources.configMaps, configMap('old'))
    await l.run(async (p) => {
      const kube = kubeClient(p, { server, user: 'x', groups: ['system:masters'] })
      const told: (readonly InformerChange<ConfigMap>[])[] = []
      // So many that the server tells them in batches.
      const all = Array.from({ length: 16 }, () =>
        informer<ConfigMap>(
          p,
          kube,
          { type: resources.configMaps },
          { onChanges: (changes) => told.push(changes) },
        ),
      )
      for (const each of all) await each.untilSynced(p.task)
      expect(told.map((changes) => changes.map(({ object }) => object.metadata.name))).toEqual(
        all.map((each) => each.list().map(({ metadata }) => metadata.name)),
      )
      expect(new Set(told).size).toBe(1)
      await p.sleep(1000) // all of them watch
      told.length = 0
      const old = { type: resources.configMaps, namespace: 'default', name: 'old' }
      await Promise.all([admin.create(resources.configMaps, configMap('a')), admin.delete(old)])
      await p.sleep(1000)
      const says = ({ type, object, previous }: InformerChange<ConfigMap>) =>
        `${type} ${object.metadata.name} ${previous?.metadata.name ?? 'new'}`
      expect(told.map((changes) => changes.map(says))).toEqual(
        all.map(() => ['ADDED a new', 'DELETED old old']),
      )
      expect(new Set(told).size).toBe(1)
      for (const each of all) {
        expect(each.has('default/a')).toBe(true)
        expect(each.has('default/old')).toBe(false)
      }
      const before = all[0]?.version
      await admin.create(resources.configMaps, configMap('b'))
      await p.sleep(1000)
      expect(all[0]?.version).toBe((before ?? 0) + 1)
      expect(all[0]?.get('default/b')?.metadata.name).toBe('b')
    })
  })
})
