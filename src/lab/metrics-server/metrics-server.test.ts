import { afterAll, beforeAll, expect, test } from 'vitest'
import { conditionOf } from '#lab/api/aggregation/services.ts'
import type { HorizontalPodAutoscaler } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Stored } from '#lab/api/store.ts'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'
import { metricsApiService } from '#lab/metrics-server/testing.ts'

const name = 'metrics-server'
const metadata = { name, namespace: 'kube-system' }
const labels = { 'k8s-app': name }
const rbac = 'rbac.authorization.k8s.io'
const https = (path: string) => ({
  httpGet: { path, port: 'https', scheme: 'HTTPS' },
  periodSeconds: 10,
  failureThreshold: 3,
})

/** What its components.yaml installs, as far as the lab looks at it. */
const components = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'system:metrics-server' },
    rules: [
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'system:metrics-server' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'system:metrics-server' },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: labels, ports: [{ name: 'https', port: 443, targetPort: 'https' }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          containers: [
            {
              name,
              image: 'registry.k8s.io/metrics-server/metrics-server:v0.7.2',
              args: ['--secure-port=10250', '--metric-resolution=15s', '--kubelet-insecure-tls'],
              ports: [{ name: 'https', containerPort: 10250 }],
              readinessProbe: { ...https('/readyz'), initialDelaySeconds: 20 },
              livenessProbe: https('/livez'),
            },
          ],
        },
      },
    },
  },
  metricsApiService,
]

let lab: Lab
beforeAll(async () => {
  lab = await Lab.boot({ seed: 'metrics', nodes: 3 })
  const list = { apiVersion: 'v1', kind: 'List', items: components }
  const { code, stderr } = await labKubectl(lab, 'apply -f -', { stdin: JSON.stringify(list) })
  expect([code, stderr]).toEqual([0, ''])
  await lab.advance(120_000)
}, 120_000)
afterAll(() => lab.shutdown())

const asked = (path: string) =>
  lab.request({ method: 'GET', path: `/apis/metrics.k8s.io/v1beta1${path}`, headers: {} })
const items = async (path: string): Promise<readonly { readonly metadata: { readonly name: string } }[]> =>
  JSON.parse((await asked(path)).body).items

async function availability(): Promise<object | undefined> {
  const { body } = await lab.request({
    method: 'GET',
    path: '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io',
    headers: {},
  })
  return conditionOf(JSON.parse(body) as Stored)
}

const hpa = { type: resources.autoscalers, namespace: 'kube-system', name: 'coredns' }

test('tells of every node and pod what its kubelet told', async () => {
  expect(await availability()).toMatchObject({ status: 'True', reason: 'Passed' })
  expect((await items('/nodes')).map(({ metadata: { name: node } }) => node)).toEqual([
    'k8s-control-01',
    'k8s-worker-01',
    'k8s-worker-02',
  ])
  expect(JSON.parse((await asked('/nodes/k8s-worker-01')).body)).toMatchObject({
    kind: 'NodeMetrics',
    window: '15s',
    usage: { cpu: expect.stringMatching(/^\d+n$/), memory: expect.stringMatching(/^\d{6,}Ki$/) },
  })
  const found = await items('/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node')
  expect(found).toHaveLength(3)
  expect(found[0]).toMatchObject({ containers: [{ name: 'calico-node' }] })
  expect((await asked('/nodes/nobody')).status).toBe(404)
})

test('an autoscaler counts by it', async () => {
  await labKubectl(lab, 'apply -f -', {
    stdin: JSON.stringify({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: hpa.name, namespace: hpa.namespace },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'coredns' },
        maxReplicas: 4,
      },
    }),
  })
  await lab.advance(7 * 60_000)
  const { status } = await lab.kube.get<HorizontalPodAutoscaler>(hpa)
  expect(status).toMatchObject({ currentReplicas: 1, desiredReplicas: 1 })
  expect((await labKubectl(lab, 'get hpa -n kube-system coredns --no-headers')).stdout).toMatch(
    /cpu: \d+%\/80% +1 +4 +1 /,
  )
})

const on = async (nodes: readonly string[], command: string): Promise<void> => {
  for (const node of nodes) await lab.run(node, ['bash', '-c', command])
}

test('of nodes whose kubelets it does not reach nothing is told', async () => {
  const nodes = ['k8s-control-01', 'k8s-worker-01', 'k8s-worker-02']
  const rule = 'INPUT -p tcp --dport 10250 ! -i lo -j DROP'
  await on(nodes, `iptables -I ${rule}`)
  await lab.advance(180_000)
  // What comes from a workload to its own machine has passed Felix's chain before.
  expect(await items('/nodes')).toHaveLength(1)
  await on(nodes, `iptables -D ${rule}`)
  await lab.advance(60_000)
  expect(await items('/nodes')).toHaveLength(3)
  const logs = await labKubectl(lab, 'logs -n kube-system deployment/metrics-server')
  expect(logs.stdout).toMatch(
    /scraper\.go:149\] "Failed to scrape node" err="Get \\"https:\/\/10\.0\.0\.11:10250\/metrics\/resource\\": context deadline exceeded/,
  )
})

test('where the control plane does not reach its pod, its API is not available', async () => {
  const rule = 'OUTPUT -d 10.244.0.0/16 -j DROP'
  await on(['k8s-control-01'], `iptables -I ${rule}`)
  await lab.advance(90_000)
  expect(await availability()).toMatchObject({ status: 'False', reason: 'FailedDiscoveryCheck' })
  const { status, body } = await asked('/nodes')
  expect([status, body]).toEqual([503, 'service unavailable\n'])
  const { stderr } = await labKubectl(lab, 'get --raw /apis/metrics.k8s.io/v1beta1/nodes')
  expect(stderr).toContain('the server is currently unable to handle the request')
  const { status: after } = await lab.kube.get<HorizontalPodAutoscaler>(hpa)
  expect(JSON.stringify(after)).toContain(
    'the server is currently unable to handle the request (get pods.metrics.k8s.io)',
  )
  await on(['k8s-control-01'], `iptables -D ${rule}`)
  await lab.advance(90_000)
  expect(await availability()).toMatchObject({ status: 'True' })
})
