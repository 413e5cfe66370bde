import { expect, test } from 'vitest'
import { seeded } from '#base/random.ts'
import type { Node, Pod } from '#lab/api/objects.ts'
import { SchedulerCache } from '#lab/controllers/scheduler-cache.ts'
import { Fit } from '#lab/controllers/scheduler-fit.ts'

interface Traits {
  readonly node?: string | undefined
  readonly app?: string
  readonly cpu?: string
  readonly port?: number
  readonly ended?: boolean
  readonly going?: boolean
  readonly affinity?: Pod['spec']['affinity']
}

const pod = (name: string, t: Traits = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'default',
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: t.app ?? 'web' },
    ...(t.going ? { deletionTimestamp: '2026-01-01T00:00:30Z' } : {}),
  },
  spec: {
    ...(t.node === undefined ? {} : { nodeName: t.node }),
    containers: [
      {
        name: 'main',
        image: 'web:1',
        resources: { requests: { cpu: t.cpu ?? '100m' } },
        ...(t.port === undefined ? {} : { ports: [{ containerPort: 80, hostPort: t.port }] }),
      },
    ],
    ...(t.affinity === undefined ? {} : { affinity: t.affinity }),
  },
  status: { phase: t.ended ? 'Failed' : 'Running' },
})

const node = (name: string, zone: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { 'kubernetes.io/hostname': name, zone },
  },
  spec: {},
  status: { allocatable: { cpu: '1', pods: '110' } },
})

const nodes = [node('a', 'east'), node('b', 'east'), node('c', 'west')]

const sorted = (texts: Iterable<string>): readonly string[] => [...new Set(texts)].sort()
const nameOf = ({ metadata }: Pod | Node): string => metadata.name
const cpuOf = ({ spec }: Pod): number => (spec.containers[0]?.resources?.requests?.cpu === '100m' ? 100 : 300)
const portOf = ({ spec }: Pod): string => `TCP ${spec.containers[0]?.ports?.[0]?.hostPort}`

/** What the cache says of a node, and what counting its pods gives. */
function compare(cache: SchedulerCache, at: string, pods: readonly Pod[]): void {
  const here = pods.filter(({ spec, status }) => spec.nodeName === at && status.phase !== 'Failed')
  const web = here.filter(({ metadata }) => metadata.labels?.app === 'web')
  const load = cache.load(at)
  expect(load).toMatchObject({
    pods: here.length,
    asked: { cpu: here.reduce((sum, p) => sum + cpuOf(p), 0) },
  })
  expect(sorted(load.ports.keys())).toEqual(sorted(here.map(portOf)))
  expect(sorted(cache.on(at).map(nameOf))).toEqual(sorted(here.map(nameOf)))
  const count = cache.counts(['default'], (labels) => labels?.app === 'web').get(at)
  const staying = web.filter(({ metadata }) => metadata.deletionTimestamp === undefined).length
  expect(count ?? { all: 0, staying: 0 }).toEqual({ all: web.length, staying })
}

test('the sums are what counting all pods would give, whatever comes, changes and goes', () => {
  const random = seeded('sums')
  const cache = new SchedulerCache()
  const pods = new Map<string, Pod>()
  for (let i = 0; i < 2000; i++) {
    const name = `p${random.between(0, 20)}`
    const previous = pods.get(name)
    if (previous !== undefined && random.next() < 0.25) {
      cache.apply({ type: 'DELETED', object: previous, previous })
      pods.delete(name)
    } else {
      const bound = previous?.spec.nodeName ?? random.pick([undefined, 'a', 'b'])
      const fresh = pod(name, {
        node: bound,
        app: random.pick(['web', 'db']),
        cpu: random.pick(['100m', '300m']),
        port: random.between(8000, 8002),
        ended: random.next() < 0.2,
        going: random.next() < 0.2,
      })
      // Most changes are of the status only.
      const object =
        previous !== undefined && random.next() < 0.3 ? { ...previous, status: fresh.status } : fresh
      cache.apply({ type: 'MODIFIED', object, ...(previous === undefined ? {} : { previous }) })
      pods.set(name, object)
      if (bound === undefined && object.status.phase !== 'Failed') {
        cache.assume(object, 'b')
        pods.set(name, { ...object, spec: { ...object.spec, nodeName: 'b' } })
      }
    }
    for (const at of ['a', 'b']) compare(cache, at, [...pods.values()])
  }
})

test('room that is kept for a pod is its own: others find it taken, and it goes with the pod', () => {
  const cache = new SchedulerCache()
  const vital = pod('vital', { cpu: '1' })
  cache.keep(vital, 'a')
  const other = new Fit(pod('other'), { nodes, cache })
  expect(nodes.filter((each) => other.misfit(each) === undefined).map(nameOf)).toEqual(['b', 'c'])
  expect(cache.isAssumed(vital)).toBe(false)
  expect(cache.forget(vital)).toBe('a')
  expect(cache.load('a').pods).toBe(0)
  cache.keep(vital, 'a')
  cache.apply({ type: 'DELETED', object: vital, previous: vital })
  expect(cache.load('a').pods).toBe(0)
})

const apart = (key: string): Pod['spec']['affinity'] => ({
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: key },
    ],
  },
})

test('a pod that wants none of its kind in its zone finds the zones that are empty, or would be', () => {
  const cache = new SchedulerCache()
  const first = pod('first', { node: 'a' })
  cache.apply({ type: 'ADDED', object: first })
  const fit = new Fit(pod('second', { affinity: apart('zone') }), { nodes, cache })
  const [a, b, c] = nodes as [Node, Node, Node]
  const says = "node(s) didn't match pod anti-affinity rules"
  expect([fit.misfit(a)?.reasons, fit.misfit(b)?.reasons, fit.misfit(c)]).toEqual([[says], [says], undefined])
  expect(fit.misfit(a, [first])).toBeUndefined()
})

test('a pod with such a rule keeps those it means away, and no others', () => {
  const cache = new SchedulerCache()
  cache.apply({ type: 'ADDED', object: pod('alone', { node: 'a', affinity: apart('zone') }) })
  const misfit = (app: string) => new Fit(pod('next', { app }), { nodes, cache }).misfit(nodes[0] as Node)
  expect(misfit('web')?.reasons).toEqual(["node(s) didn't satisfy existing pods anti-affinity rules"])
  expect(misfit('db')).toBeUndefined()
})
