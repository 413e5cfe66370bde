import { rfc3339 } from '#base/clock.ts'
import type { Informer } from '#lab/api/informer.ts'
import type { KubeObject, Node, Pod } from '#lab/api/objects.ts'
import { labelTest } from '#lab/api/selectors.ts'
import type { Samples, Usage } from '#lab/metrics-server/samples.ts'
import type { HttpResponse } from '#lab/network/http.ts'

const group = 'metrics.k8s.io'
const groupVersion = `${group}/v1beta1`

export interface Answering {
  readonly nodes: Informer<Node>
  readonly pods: Informer<Pod>
  readonly samples: Samples
}

/** `/apis/metrics.k8s.io/v1beta1[/namespaces/NS]/(nodes|pods)[/NAME]`: kubernetes-sigs/metrics-server:pkg/api/{node,pod}.go. */
export function metricsAnswer(path: string, of: Answering): HttpResponse {
  const { pathname, searchParams } = new URL(path, 'http://metrics')
  const root = `/apis/${groupVersion}`
  if (pathname === root) return json(200, resourceList)
  if (!pathname.startsWith(`${root}/`)) return { status: 404, body: '404 page not found\n' }
  const parts = pathname.slice(root.length + 1).split('/')
  const namespace = parts[0] === 'namespaces' ? parts[1] : undefined
  const [resource, name] = namespace === undefined ? parts : parts.slice(2)
  const test = labelTest(searchParams.get('labelSelector') ?? '')
  const isMeant = ({ metadata }: KubeObject): boolean =>
    (name === undefined || metadata.name === name) &&
    (namespace === undefined || metadata.namespace === namespace) &&
    test(metadata.labels)
  if (resource !== 'nodes' && resource !== 'pods') return { status: 404, body: '404 page not found\n' }
  const items =
    resource === 'nodes'
      ? of.nodes
          .list()
          .filter(isMeant)
          .flatMap((node) => nodeMetrics(node, of.samples))
      : of.pods
          .list()
          .filter(isMeant)
          .flatMap((pod) => podMetrics(pod, of.samples))
  if (name === undefined)
    return json(200, {
      kind: resource === 'nodes' ? 'NodeMetricsList' : 'PodMetricsList',
      apiVersion: groupVersion,
      metadata: {},
      items,
    })
  const [one] = items
  if (one !== undefined) return json(200, one)
  const full = namespace === undefined ? name : `${namespace}/${name}`
  return json(404, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${resource === 'nodes' ? 'nodemetrics' : 'podmetrics'}.${group} ${JSON.stringify(full)} not found`,
    reason: 'NotFound',
    code: 404,
  })
}

const resourceList = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
  ],
}

const nodeMetrics = ({ metadata: { name, labels } }: Node, samples: Samples): readonly object[] => {
  const usage = samples.of(name)
  if (usage === undefined) return []
  return [{ ...head('NodeMetrics', { name, labels }, usage), usage: amounts(usage) }]
}

/** None of a pod of which not every container was told. */
function podMetrics({ metadata, spec }: Pod, samples: Samples): readonly object[] {
  const { name, namespace, labels } = metadata
  const containers = spec.containers.map((each) => ({
    name: each.name,
    usage: samples.of(`${namespace}/${name} ${each.name}`),
  }))
  const told = containers.flatMap(({ name: of, usage }) => (usage === undefined ? [] : [{ name: of, usage }]))
  const [first] = told
  if (first === undefined || told.length < containers.length) return []
  return [
    {
      ...head('PodMetrics', { name, namespace, labels }, first.usage),
      containers: told.map(({ name: of, usage }) => ({ name: of, usage: amounts(usage) })),
    },
  ]
}

const head = (kind: string, metadata: object, { atMs, windowMs }: Usage): object => ({
  kind,
  apiVersion: groupVersion,
  metadata: { ...metadata, creationTimestamp: rfc3339(atMs) },
  timestamp: rfc3339(atMs),
  window: `${Math.round(windowMs) / 1000}s`,
})

const amounts = ({ cpuCores, memoryBytes }: Usage): object => ({
  cpu: `${Math.round(cpuCores * 1e9)}n`,
  memory: `${Math.floor(memoryBytes / 1024)}Ki`,
})

const json = (status: number, value: object): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: `${JSON.stringify(value)}\n`,
})
