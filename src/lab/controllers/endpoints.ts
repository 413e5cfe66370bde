/**
 * Endpoints and EndpointSlices of Services with a selector: kubernetes/kubernetes:pkg/controller/endpoint and
 * pkg/controller/endpointslice. Not imitated: several slices for one service, topology hints, dual stack, UDP named ports of
 * different numbers in one service.
 */
import { equal } from '#base/equal.ts'
import { seeded } from '#base/random.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { EndpointSlice, Endpoints, Pod, Service } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import { unless } from '#lab/controllers/expected.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { isReady, objectKey, ownedBy } from '#lab/controllers/pods.ts'
import { space } from '#lab/controllers/references.ts'

export function startEndpoints(kit: ControllerKit): void {
  // Two controllers of the real one, each under its own account.
  const ofSlices = kit.actingAs('endpointslice-controller')
  const services = kit.cache<Service>(resources.services, ({ object }) => queue.add(objectKey(object)))
  const pods = kit.cache<Pod>(resources.pods, ({ type, object, previous }) => {
    if (type === 'MODIFIED' && previous !== undefined && facesTheSame(object, previous)) return
    for (const service of services.list())
      if (
        service.metadata.namespace === object.metadata.namespace &&
        (selects(service, object) || (previous && selects(service, previous)))
      )
        queue.add(objectKey(service))
  })
  const endpoints = kit.cache<Endpoints>(resources.endpoints)
  const slices = kit.cache<EndpointSlice>(resources.endpointSlices)
  const queue = kit.controller(
    'endpoints_controller',
    [services, pods, endpoints, slices],
    async (key, kube, self) => {
      const sliceKube = ofSlices.kubeFor(self)
      const service = services.get(key)
      if (service === undefined) {
        await remove(key, kube, endpoints.get(key))
        return 0
      }
      if (service.spec.selector === undefined) return 0
      const backends = pods.list().filter(backsUp(service))
      await writeEndpoints(kube, service, backends, endpoints.get(key))
      await writeSlice(
        sliceKube,
        service,
        backends,
        slices.get(`${space(service).namespace}/${sliceName(service)}`),
      )
      return backends.length
    },
  )
}

const selects = ({ spec, metadata }: Service, pod: Pod): boolean =>
  spec.selector !== undefined &&
  metadata.namespace === pod.metadata.namespace &&
  selectorTest({ matchLabels: spec.selector })(pod.metadata.labels)

/** {@link selects} and {@link hasAddress}, for many pods. */
function backsUp({ spec, metadata: { namespace } }: Service): (pod: Pod) => boolean {
  const test = selectorTest({ matchLabels: spec.selector ?? {} })
  return (pod) => pod.metadata.namespace === namespace && test(pod.metadata.labels) && hasAddress(pod)
}

const hasAddress = ({ status }: Pod): boolean =>
  status.podIP !== undefined && status.phase !== 'Succeeded' && status.phase !== 'Failed'

/** Whether nothing is another that matters to those who talk to the pod. */
const facesTheSame = (a: Pod, b: Pod): boolean =>
  a.status.podIP === b.status.podIP &&
  a.status.phase === b.status.phase &&
  isGoing(a) === isGoing(b) &&
  isReady(a) === isReady(b) &&
  equal(a.metadata.labels, b.metadata.labels)

const isGoing = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined

interface Port {
  readonly name?: string
  readonly port: number
  readonly protocol: string
}

/** The service's ports as the backends have them; a named target port is looked up in the first backend. */
function portsOf({ spec }: Service, backends: readonly Pod[]): readonly Port[] {
  return (spec.ports ?? []).flatMap(({ name, port, targetPort = port, protocol = 'TCP' }) => {
    const number = typeof targetPort === 'number' ? targetPort : namedPort(backends[0], targetPort)
    return number === undefined ? [] : [{ ...(name === undefined ? {} : { name }), port: number, protocol }]
  })
}

const namedPort = (pod: Pod | undefined, name: string): number | undefined =>
  pod?.spec.containers.flatMap(({ ports = [] }) => ports).find((each) => each.name === name)?.containerPort

const target = (pod: Pod): Readonly<Record<string, string>> => ({
  kind: 'Pod',
  name: pod.metadata.name,
  ...space(pod),
  uid: pod.metadata.uid,
})

async function writeEndpoints(
  kube: KubeClient,
  service: Service,
  backends: readonly Pod[],
  present: Endpoints | undefined,
): Promise<void> {
  const address = (pod: Pod) => ({
    ip: pod.status.podIP ?? '',
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: target(pod),
  })
  const living = backends.filter((pod) => !isGoing(pod)).sort(byAddress)
  const ready = living.filter(isReady).map(address)
  const notReady = living.filter((pod) => !isReady(pod)).map(address)
  const labels = labelsOf(service)
  const subset = {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
    ports: portsOf(service, backends),
  }
  const subsets = living.length === 0 ? [] : [subset]
  if (present === undefined)
    return unless(
      'AlreadyExists',
      kube.create<Endpoints>(resources.endpoints, {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: {
          name: service.metadata.name,
          ...space(service),
          ...(Object.keys(labels).length === 0 ? {} : { labels }),
          annotations: triggered({}, changeTime(service, living, undefined)),
        },
        subsets,
      }),
    )
  if (JSON.stringify(present.subsets ?? []) === JSON.stringify(subsets)) return
  const known = (present.subsets ?? []).flatMap(({ addresses = [], notReadyAddresses = [] }) => [
    ...addresses.map(({ targetRef }) => `${targetRef?.uid} true`),
    ...notReadyAddresses.map(({ targetRef }) => `${targetRef?.uid} false`),
  ])
  const annotations = triggered(present.metadata.annotations, changeTime(service, living, known))
  await kube.update<Endpoints>(resources.endpoints, {
    ...present,
    metadata: { ...present.metadata, annotations },
    subsets,
  })
}

/** staging:api/v1/endpoints/util.go (RepackSubsets): by their text. */
const byAddress = (a: Pod, b: Pod): number => ((a.status.podIP ?? '') < (b.status.podIP ?? '') ? -1 : 1)

/** Those of the Service, and that it is headless. */
const labelsOf = ({ metadata, spec }: Service): Readonly<Record<string, string>> => ({
  ...metadata.labels,
  ...(spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
})

/**
 * When that happened which is written now: the first of the readiness of pods that is new here and, of a new Service, of its creation
 * (staging:endpointslice/trigger_time_tracker.go). `known`: `uid ready` of what was there; undefined: nothing was.
 */
function changeTime(
  { metadata }: Service,
  pods: readonly Pod[],
  known: readonly string[] | undefined,
): string | undefined {
  const times = pods
    .filter((pod) => known?.includes(`${pod.metadata.uid} ${isReady(pod)}`) !== true)
    .flatMap(
      ({ status }) => status.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? [],
    )
  return [...times, ...(known === undefined ? [metadata.creationTimestamp] : [])].sort()[0]
}

const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time'

function triggered(
  annotations: Readonly<Record<string, string>> | undefined,
  time: string | undefined,
): Readonly<Record<string, string>> {
  const { [triggerTime]: _old, ...others } = annotations ?? {}
  return time === undefined ? others : { ...others, [triggerTime]: time }
}

/** Ends in five letters, as generated names do; the same for the same service, which has one slice alone. */
const sliceName = ({ metadata: { namespace, name } }: Service): string =>
  `${name}-${seeded(`slice of ${namespace}/${name}`).text(5)}`

async function writeSlice(
  kube: KubeClient,
  service: Service,
  backends: readonly Pod[],
  present: EndpointSlice | undefined,
): Promise<void> {
  const endpoints = backends.map((pod) => {
    const terminating = isGoing(pod)
    return {
      addresses: [pod.status.podIP ?? ''],
      conditions: { ready: isReady(pod) && !terminating, serving: isReady(pod), terminating },
      ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
      targetRef: target(pod),
    }
  })
  const ports = portsOf(service, backends).map((port) => ({ name: '', ...port }))
  if (present === undefined)
    return unless(
      'AlreadyExists',
      kube.create<EndpointSlice>(resources.endpointSlices, {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: sliceName(service),
          generateName: `${service.metadata.name}-`,
          ...space(service),
          annotations: triggered({}, changeTime(service, backends, undefined)),
          labels: {
            ...labelsOf(service),
            'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
            'kubernetes.io/service-name': service.metadata.name,
          },
          ownerReferences: [ownedBy(service)],
        },
        addressType: 'IPv4',
        endpoints,
        ports,
      }),
    )
  if (JSON.stringify([present.endpoints, present.ports]) === JSON.stringify([endpoints, ports])) return
  const known = present.endpoints.map(({ targetRef, conditions }) => `${targetRef?.uid} ${conditions?.ready}`)
  const annotations = triggered(present.metadata.annotations, changeTime(service, backends, known))
  await kube.update<EndpointSlice>(resources.endpointSlices, {
    ...present,
    metadata: { ...present.metadata, annotations },
    endpoints,
    ports,
  })
}

/** Its slice goes with the service, which owns it. */
async function remove(key: string, kube: KubeClient, endpoints: Endpoints | undefined): Promise<void> {
  const [namespace = '', name = ''] = key.split('/')
  // `default/kubernetes` has no selector and is written by the API server; it never comes here while its Service is there.
  if (endpoints !== undefined)
    await unless('NotFound', kube.delete({ type: resources.endpoints, namespace, name }))
}
