import { describe, expect, test } from 'vitest'
import type { Clock } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { clusterApi, shellInTime } from '#sources/live/cluster-api.ts'
import { type ReadOptions, readCluster } from '#sources/live/read-cluster.ts'
import {
  type FakeCluster,
  fakeCluster,
  fakeShell,
  fakeTransport,
  status,
} from '#sources/live/testing/fake-cluster.ts'
import { event, startMs } from '#sources/live/testing/objects.ts'
import type { ApiResponse } from '#sources/live/transport.ts'

const clock: Clock = { now: () => startMs, monotonic: () => 0, sleep: async () => {} }
const identity = { server: 'https://10.0.0.11:6443', context: 'prod', user: 'ops' }

/** Time is out at once: nothing in these tests waits. */
const outAtOnce = (): AbortSignal => AbortSignal.abort()
const never = (): AbortSignal => new AbortController().signal

function reading(cluster: FakeCluster, o: Partial<ReadOptions> & { timer?: () => AbortSignal } = {}) {
  const { timer = never, ...options } = o
  const transport = fakeTransport(cluster)
  const api = clusterApi(transport, identity, { timer })
  return { transport, read: () => readCluster({ api, clock, recognise: recogniseAll, ...options }) }
}

const worker3 = { kind: 'node', name: 'k8s-worker-03' } as const
const worker1 = { kind: 'node', name: 'k8s-worker-01' } as const

describe('API and logs alone', () => {
  test('read nodes, Calico’s pods, warnings and the suspect’s logs', async () => {
    const { facts, clusterUid } = await reading(fakeCluster()).read()

    expect(clusterUid).toBe('uid-cluster')
    expect(facts.observedAtMs).toBe(startMs)
    expect(facts.rows('nodes').map(({ name }) => name)).toHaveLength(5)
    expect(facts.rows('pods').find(({ name }) => name === 'calico-node-er03')).toMatchObject({
      component: 'calico-node',
      status: 'CrashLoopBackOff',
      ready: false,
      node: 'k8s-worker-03',
    })
    expect(facts.rows('ipPools')).toMatchObject([{ cidr: '10.244.0.0/16', encapsulation: 'none' }])
    expect(facts.rows('calicoNodes')).toHaveLength(5)
    expect(facts.rows('calicoNodes')[0]).toMatchObject({ name: 'k8s-control-01', ipv4: '10.0.0.11/24' })
    expect(facts.coverage('calicoNodes').kind).toBe('complete')
    expect(facts.rows('daemonSets')).toMatchObject([{ desired: 5, ready: 4 }])
    const denied = facts
      .rows('messages')
      .filter(({ message }) => message.id === 'bird/cannot-create-control-socket')
    expect(denied).toMatchObject([{ node: 'k8s-worker-03', container: 'calico-node', count: 120 }])
    expect(denied[0]?.from.quote).toBe(
      'bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied',
    )
    expect(denied[0]?.from.command).toMatch(
      /^kubectl --context prod logs -n kube-system calico-node-er03 -c calico-node/,
    )
    expect(facts.coverage('messages', worker3).kind).toBe('complete')
  })

  test('what was not asked is told as not asked', async () => {
    const { facts } = await reading(fakeCluster()).read()
    expect(facts.coverage('hostPaths', worker3)).toMatchObject({ kind: 'missing', why: 'not-asked' })
    expect(facts.coverage('messages', worker1)).toMatchObject({ kind: 'missing', why: 'not-asked' })
  })

  test('a healthy cluster costs lists only, and no exec', async () => {
    const { transport, read } = reading(fakeCluster({ broken: false }))
    await read()
    expect(transport.requests.filter((request) => /\/log|EXEC/.test(request))).toEqual([])
    expect(transport.requests.length).toBeLessThanOrEqual(12)
  })

  test.each([
    ['ended again and again', 'BackOff', 'Back-off restarting failed container kube-proxy', 'kube-system'],
    ['failed their probes', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503'],
    [
      'got no new sandbox',
      'FailedCreatePodSandBox',
      'Failed to create pod sandbox: rpc error: code = Unknown',
    ],
  ])(
    'where pods have just %s, the node’s pods are looked at though Calico is Ready',
    async (_, reason, message, namespace = 'shop') => {
      const cluster = fakeCluster({ broken: false })
      const warning = event({
        about: { kind: 'Pod', namespace, name: 'web-1' },
        type: 'Warning',
        reason,
        message,
        count: 25,
        host: 'k8s-worker-01',
      })
      const { transport, read } = reading({
        ...cluster,
        objects: { ...cluster.objects, '/api/v1/events': [warning] },
      })
      await read()
      const looked = transport.requests.filter((request) => request.includes('spec.nodeName'))
      expect(looked).toEqual([expect.stringContaining('k8s-worker-01')])
    },
  )

  test('requests do not grow with pods', async () => {
    const count = async (apps: number): Promise<number> => {
      const { transport, read } = reading(fakeCluster({ apps }))
      await read()
      return transport.requests.length
    }
    expect(await count(2000)).toBe(await count(3))
  })

  test('nodes beyond one page are read page by page', async () => {
    const cluster = fakeCluster({ broken: false })
    const [first] = cluster.objects['/api/v1/nodes'] ?? []
    if (first === undefined) throw new Error('the fake has nodes')
    cluster.objects['/api/v1/nodes'] = Array.from({ length: 1200 }, (_, index) => ({
      ...first,
      metadata: { ...first.metadata, name: `n${index}` },
    }))
    const { transport, read } = reading(cluster)
    const { facts } = await read()
    expect(facts.rows('nodes')).toHaveLength(1200)
    expect(transport.requests.filter((request) => request.startsWith('GET /api/v1/nodes'))).toHaveLength(3)
  })

  test('a node that cannot be read costs itself, and makes the list partial', async () => {
    const cluster = fakeCluster()
    cluster.objects['/api/v1/nodes']?.push({ metadata: { name: '' } })
    const { facts } = await reading(cluster).read()
    expect(facts.rows('nodes')).toHaveLength(5)
    expect(facts.coverage('nodes')).toEqual({ kind: 'partial' })
  })

  test('the same cluster read twice gives the same rows, whatever answers first', async () => {
    const rows = async (o: Partial<ReadOptions>) => {
      const { facts } = await reading(fakeCluster(), { deep: true, shell: fakeShell(), ...o }).read()
      return JSON.stringify(
        (['nodes', 'pods', 'events', 'messages', 'hostPaths'] as const).map((each) => facts.rows(each)),
      )
    }
    expect(await rows({ budget: { concurrency: 1 } })).toBe(await rows({ budget: { concurrency: 16 } }))
  })
})

describe('deep', () => {
  test('reads folders, credentials and sessions from inside calico-node while it runs', async () => {
    const { facts } = await reading(fakeCluster(), { deep: true }).read()
    expect(facts.rows('hostPaths').filter(({ node }) => node === 'k8s-worker-01')).toMatchObject([
      { path: '/run/calico', mode: 0o755, uid: 10001, gid: 0, exists: true },
      { path: '/var/lib/calico' },
    ])
    expect(facts.rows('processes').find(({ node }) => node === 'k8s-worker-01')).toMatchObject({
      program: 'bird',
      uid: 10001,
      gid: 0,
      capabilities: ['NET_BIND_SERVICE', 'NET_ADMIN', 'NET_RAW'],
    })
    expect(facts.rows('bgpSessions').filter(({ node }) => node === 'k8s-worker-01')).toMatchObject([
      { peer: '10.0.0.22', up: true, state: 'Established' },
      { peer: '10.0.0.23', up: false, state: 'Active', info: 'Socket: Connection refused' },
    ])
    expect(facts.coverage('tmpfilesEntries', worker1)).toMatchObject({ why: 'not-asked' })
  })

  test('a container that does not run is told as not running', async () => {
    const { facts } = await reading(fakeCluster(), { deep: true }).read()
    expect(facts.coverage('hostPaths', worker3)).toMatchObject({ kind: 'missing', why: 'not-running' })
    expect(facts.coverage('processes', worker3)).toMatchObject({ kind: 'missing', why: 'not-running' })
  })

  test('a node shell sees what a crashed container hides', async () => {
    const { facts } = await reading(fakeCluster(), { deep: true, shell: fakeShell() }).read()
    expect(
      facts.rows('hostPaths').find(({ node, path }) => node === 'k8s-worker-03' && path === '/run/calico'),
    ).toMatchObject({
      mode: 0o600,
      uid: 10001,
      gid: 0,
    })
    expect(facts.rows('tmpfilesEntries')).toHaveLength(5)
    expect(facts.rows('tmpfilesEntries')[0]).toMatchObject({ mode: 0o600, user: '10001', wins: true })
    expect(facts.coverage('hostPaths', worker3).kind).toBe('complete')
  })

  test('where only the look inside shows a session down, the log is read, too, and the machine looked at', async () => {
    const shell = fakeShell()
    const { transport, read } = reading(fakeCluster(), { deep: true, shell })
    const { facts } = await read()
    expect(facts.coverage('messages', worker1).kind).toBe('complete')
    expect(facts.rows('messages').filter(({ node }) => node === 'k8s-worker-01')).toMatchObject([
      { message: { id: 'bird/state-changed' } },
    ])
    expect(shell.commands.some((each) => each.startsWith('k8s-worker-01: dmesg'))).toBe(true)
    const logs = transport.requests.filter((request) => request.includes('/log'))
    expect(logs, 'nobody is asked twice').toEqual([...new Set(logs)])
  })

  test('at most so many logs are read in all', async () => {
    const { facts } = await reading(fakeCluster(), { deep: true, suspectsMax: 2 }).read()
    const read = facts
      .rows('nodes')
      .filter(({ name }) => facts.coverage('messages', nodeSubject(name)).kind === 'complete')
    expect(read).toHaveLength(2)
    expect(facts.coverage('messages', nodeSubject('k8s-worker-04'))).toMatchObject({
      says: 'only the first 2 suspects were looked at',
    })
  })

  test('only the chosen nodes are looked at closely', async () => {
    const shell = fakeShell()
    const { transport, read } = reading(fakeCluster(), { deep: true, shell, nodes: ['k8s-worker-01'] })
    await read()
    expect(
      transport.requests
        .filter((request) => request.startsWith('EXEC'))
        .every((each) => each.includes('er01')),
    ).toBe(true)
    expect(shell.commands.every((each) => each.startsWith('k8s-worker-01'))).toBe(true)
  })

  test('a spent budget is told as not asked, and sends nothing more', async () => {
    const { transport, read } = reading(fakeCluster(), { deep: true, budget: { requestsMax: 20 } })
    const { facts, requests } = await read()
    expect(requests).toBe(20)
    expect(transport.requests).toHaveLength(20)
    expect(facts.coverage('bgpSessions', { kind: 'node', name: 'k8s-worker-04' })).toMatchObject({
      why: 'not-asked',
    })
  })
})

describe('what may not be read costs its checks, and no more', () => {
  const forbidden = (what: string): ApiResponse =>
    status(
      403,
      'Forbidden',
      `${what} is forbidden: User "ops" cannot list resource "${what}" in API group "" at the cluster scope`,
    )

  test.each([
    ['events', /^\/api\/v1\/events/, 'events', 'partial'],
    ['pods of all namespaces', /^\/api\/v1\/pods/, 'pods', 'partial'],
    ['IP pools', /ippools/, 'ipPools', 'missing'],
    ['daemonsets', /daemonsets/, 'daemonSets', 'missing'],
    ['nodes', /^\/api\/v1\/nodes/, 'nodes', 'missing'],
  ] as const)('%s', async (_, path, relation, kind) => {
    const { facts } = await reading(fakeCluster({ refuse: [{ path, response: forbidden(relation) }] })).read()
    expect(facts.coverage(relation).kind).toBe(kind)
    const others = (['nodes', 'pods', 'events', 'daemonSets', 'ipPools'] as const).filter(
      (each) => each !== relation,
    )
    expect(others.map((each) => facts.coverage(each).kind)).toEqual(others.map(() => 'complete'))
    // Calico's own pods are found in the usual namespaces whatever else is forbidden.
    expect(facts.rows('pods').some(({ component }) => component === 'calico-node')).toBe(true)
  })

  test('logs: the reason stands with the node', async () => {
    const { facts } = await reading(
      fakeCluster({ refuse: [{ path: /\/log\?/, response: forbidden('pods/log') }] }),
    ).read()
    expect(facts.coverage('messages', worker3)).toMatchObject({
      kind: 'missing',
      why: 'forbidden',
      says: expect.stringContaining('cannot list'),
    })
  })

  test('what a program’s logger puts before its words does not hide them', async () => {
    const { logs, ...cluster } = fakeCluster()
    const line =
      '2026-01-08T05:59:00.000000000Z 2026-01-08 05:59:00.000 [WARNING][9] startup/startup.go 442: Terminating\n'
    const { facts } = await reading({
      ...cluster,
      logs: { ...logs, 'calico-node-er03/calico-node': line },
    }).read()
    expect(facts.rows('messages').map(({ message }) => message.id)).toContain('startup/terminating')
  })

  test('a node’s shell that never answers costs its node’s files, in time', async () => {
    const silent = { ...fakeShell(), run: () => new Promise<never>(() => {}) }
    const shell = shellInTime(silent, { timer: () => AbortSignal.abort() })
    const { facts } = await reading(fakeCluster(), { deep: true, shell }).read()
    expect(facts.coverage('tmpfilesEntries', worker3)).toMatchObject({ why: 'timed-out' })
    expect(facts.coverage('nodes').kind).toBe('complete')
  })

  test('exec: folders and sessions are missing, lists and logs are not', async () => {
    const cluster = fakeCluster()
    const { facts } = await reading(
      { ...cluster, execs: () => ({ kind: 'refused', response: forbidden('pods/exec') }) },
      { deep: true },
    ).read()
    expect(facts.coverage('hostPaths', worker1)).toMatchObject({ why: 'forbidden' })
    expect(facts.coverage('messages', worker3).kind).toBe('complete')
  })

  test('an image without stat costs the folders, not the sessions', async () => {
    const cluster = fakeCluster()
    const response = status(
      500,
      'InternalError',
      'OCI runtime exec failed: exec: "stat": executable file not found in $PATH',
    )
    const { facts } = await reading(
      {
        ...cluster,
        execs: (request) =>
          request.argv[0] === 'stat' ? { kind: 'refused', response } : cluster.execs(request),
      },
      { deep: true },
    ).read()
    expect(facts.coverage('hostPaths', worker1)).toMatchObject({
      why: 'failed',
      says: expect.stringContaining('"stat"'),
    })
    expect(facts.coverage('bgpSessions', worker1).kind).toBe('complete')
  })

  test('a list that answers garbage is missing, with what came instead', async () => {
    const response = { status: 200, body: '<html><body>Sign in</body></html>' }
    const { facts } = await reading(fakeCluster({ refuse: [{ path: /ippools/, response }] })).read()
    expect(facts.coverage('ipPools')).toMatchObject({
      why: 'failed',
      says: expect.stringContaining('<html>'),
    })
  })

  test('Calico’s resources that are not served are missing, not none', async () => {
    const cluster = fakeCluster()
    delete cluster.objects['/apis/crd.projectcalico.org/v1/ippools']
    const { facts } = await reading(cluster).read()
    expect(facts.coverage('ipPools')).toMatchObject({ kind: 'missing', why: 'failed' })
  })
})

describe('when nothing at all can be read there is one line, and exit code 2', () => {
  const all = /.*/
  test.each([
    ['401', status(401, 'Unauthorized', 'Unauthorized'), 'cluster-unauthorized'],
    [
      '403 everywhere',
      status(403, 'Forbidden', 'forbidden: User "ops" cannot get path'),
      'cluster-forbidden',
    ],
    [
      '500 everywhere',
      status(500, 'InternalError', 'Internal error occurred: etcdserver: no leader'),
      'cluster-failing',
    ],
    ['a login page', { status: 200, body: '<html>Sign in</html>' }, 'cluster-not-kubernetes'],
    ['JSON that is not Kubernetes', { status: 200, body: '{"hello":"world"}' }, 'cluster-not-kubernetes'],
    ['an empty answer', { status: 200, body: '' }, 'cluster-not-kubernetes'],
    ['a redirect', { status: 302, body: '' }, 'cluster-not-kubernetes'],
  ] as const)('%s', async (_, response, code) => {
    const { read } = reading(fakeCluster({ refuse: [{ path: all, response }] }))
    const error = await read().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(Trouble)
    expect(error).toMatchObject({ code, exit: 2, hint: expect.any(String) })
    expect(String(error)).not.toContain('\n')
  })

  test('a server that never answers is asked once', async () => {
    const { transport, read } = reading(fakeCluster({ refuse: [{ path: all, response: 'hang' }] }), {
      timer: outAtOnce,
    })
    await expect(read()).rejects.toMatchObject({ code: 'cluster-unreachable', exit: 2 })
    expect(transport.requests.length).toBeLessThanOrEqual(1)
  })

  test('an interruption is passed on as it is', async () => {
    const stop = new AbortController()
    stop.abort(new DOMException('interrupted', 'AbortError'))
    await expect(reading(fakeCluster(), { signal: stop.signal }).read()).rejects.toMatchObject({
      name: 'AbortError',
    })
  })

  test('a misspelt node is told with the names there are', async () => {
    await expect(reading(fakeCluster(), { nodes: ['k8s-worker-3'] }).read()).rejects.toMatchObject({
      code: 'node-unknown',
      hint: expect.stringContaining('k8s-worker-03'),
    })
  })
})
