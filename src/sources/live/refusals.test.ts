import { expect, test } from 'vitest'
import type { Clock } from '#base/clock.ts'
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import { clusterApi } from '#sources/live/cluster-api.ts'
import { readCluster } from '#sources/live/read-cluster.ts'
import { type FakeCluster, fakeCluster, fakeTransport, status } from '#sources/live/testing/fake-cluster.ts'
import { appPod, node, startMs } from '#sources/live/testing/objects.ts'

const clock: Clock = { now: () => startMs, monotonic: () => 0, sleep: async () => {} }
const requestsPath = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const server = { kind: 'pod', namespace: 'kube-system', name: 'kube-apiserver-k8s-control-01' } as const

const refusal = (second: number, end: string): string => {
  const why = `x509: certificate has expired or is not yet valid: current time 2026-01-08T05:59:0${second}Z is after ${end}`
  return `2026-01-08T05:59:0${second}.000000000Z E0108 05:59:0${second}.000000       1 authentication.go:73] "Unable to authenticate the request" err="[${why}, verifying certificate SN=7, SKID=, AKID=0A failed: ${why}]"`
}
const strange =
  '2026-01-08T05:59:05.000000000Z E0108 05:59:05.000000       1 authentication.go:73] "Unable to authenticate the request" err="[x509: certificate signed by unknown authority, verifying certificate SN=8, SKID=, AKID=0B failed: x509: certificate signed by unknown authority]"'
const log = [
  refusal(1, '2026-01-08T05:00:00Z'),
  '2026-01-08T05:59:02.000000000Z E0108 05:59:02.000000       1 authentication.go:73] "Unable to authenticate the request" err="[invalid bearer token, service account token has expired]"',
  '2026-01-08T05:59:02.500000000Z I0108 05:59:02.500000       1 trace.go:236] Trace[1]: "Update"',
  refusal(3, '2026-01-08T05:00:00Z'),
  refusal(4, '2025-12-24T17:00:00Z'),
  strange,
].join('\n')

const pod = appPod(server.name, { node: 'k8s-control-01' })
const asked = (name: string, signerName: string) => ({
  metadata: { name },
  spec: { signerName, username: 'system:node:k8s-worker-02' },
})

/** One that nobody hears of one worker, or of none. */
function clusterWith(
  silent: string | undefined,
  refuse: NonNullable<FakeCluster['refuse']> = [],
): FakeCluster {
  const healthy = fakeCluster({ broken: false, refuse })
  return {
    ...healthy,
    objects: {
      ...healthy.objects,
      '/api/v1/nodes': ['k8s-control-01', 'k8s-worker-01', 'k8s-worker-02'].map((name) =>
        node(name, { ready: name === silent ? 'Unknown' : 'True' }),
      ),
      '/api/v1/pods': [
        ...(healthy.objects['/api/v1/pods'] ?? []),
        {
          ...pod,
          metadata: { ...pod.metadata, namespace: server.namespace, labels: { component: 'kube-apiserver' } },
        },
      ],
      [requestsPath]: [
        asked('csr-7k2xq', 'kubernetes.io/kube-apiserver-client-kubelet'),
        asked('csr-serving', 'kubernetes.io/kubelet-serving'),
      ],
    },
    logs: { ...healthy.logs, [`${server.name}/kube-apiserver`]: log },
  }
}

async function read(cluster: FakeCluster) {
  const transport = fakeTransport(cluster)
  const api = clusterApi(transport, { server: 'https://10.0.0.11:6443', context: 'prod', user: 'ops' })
  const { facts } = await readCluster({ api, clock, recognise: recogniseAll })
  const requests = transport.requests.filter((each) => /kube-apiserver|certificatesigningrequests/.test(each))
  return { facts, requests }
}

test('while every kubelet is heard, nobody asks whom the API server refuses', async () => {
  expect((await read(clusterWith(undefined))).requests).toEqual([])
})

test('of a kubelet that is not heard: each certificate that is refused for its age, once, and what was asked for', async () => {
  const { facts, requests } = await read(clusterWith('k8s-worker-02'))
  expect(requests).toHaveLength(3)
  const refused = facts.rows('messages').filter(({ pod: of }) => of?.name === server.name)
  expect(refused.map(({ message, node: on }) => [message.id, on])).toEqual([
    ['apiserver/authentication-failed', undefined],
    ['apiserver/authentication-failed', undefined],
    ['apiserver/authentication-failed', undefined],
  ])
  expect(refused.map(({ from }) => from.quote)).toEqual(
    expect.arrayContaining([
      expect.stringContaining('05:59:03'),
      expect.stringContaining('05:59:04'),
      strange.slice(31),
    ]),
  )
  expect(facts.coverage('messages', server).kind).toBe('complete')
  expect(facts.rows('signingRequests')).toMatchObject([
    { name: 'csr-7k2xq', state: 'pending', requestor: 'system:node:k8s-worker-02' },
  ])
  expect(facts.coverage('signingRequests').kind).toBe('complete')
})

test('who may not read them is told so, and gets the rest', async () => {
  const forbidden = (words: string) =>
    status(403, 'Forbidden', `${words} is forbidden: User "ops" cannot do that`)
  const { facts } = await read(
    clusterWith('k8s-worker-02', [
      { path: /certificatesigningrequests/, response: forbidden('certificatesigningrequests') },
      { path: /kube-apiserver.*\/log/, response: forbidden('pods/log') },
    ]),
  )
  expect(facts.coverage('signingRequests')).toMatchObject({ kind: 'missing', why: 'forbidden' })
  expect(facts.coverage('messages', server)).toMatchObject({ kind: 'missing', why: 'forbidden' })
  expect(facts.coverage('nodes').kind).toBe('complete')
})

test('where nobody listens at the kubelet’s port, its machine has answered', async () => {
  const says =
    'Get "https://10.0.0.22:10250/containerLogs/kube-system/calico-node-er02/calico-node": dial tcp 10.0.0.22:10250: connect: '
  const failing = (words: string) =>
    read(
      clusterWith('k8s-worker-02', [
        { path: /calico-node-er02\/log/, response: status(500, 'InternalError', `${says}${words}`) },
      ]),
    )
  expect((await failing('connection refused')).facts.rows('reachability')).toMatchObject([
    { to: '10.0.0.22', port: 10250, outcome: 'refused' },
  ])
  expect((await failing('no route to host')).facts.rows('reachability')).toEqual([])
})

test('a kubelet that cannot ask who may read its logs has answered', async () => {
  const says =
    'Authorization error (user=kube-apiserver-kubelet-client, verb=get, resource=nodes, subresource=proxy)'
  const { facts } = await read(
    clusterWith('k8s-worker-02', [
      {
        path: /calico-node-er02\/log/,
        response: status(500, 'InternalError', `Internal error occurred: ${says}`),
      },
    ]),
  )
  const answers = facts.rows('messages').filter(({ message }) => message.id === 'kubelet/cannot-authorize')
  expect(answers.map(({ node: on }) => on)).toEqual(['k8s-worker-02'])
  expect(facts.coverage('messages', { kind: 'node', name: 'k8s-worker-02' }).kind).toBe('missing')
})
