/** Everything that a policy's selectors may choose. */

import type { KubeObject, Pod } from '#lab/api/objects.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import type { Selectable } from '#lab/calico/felix/policy/model.ts'
import { remembered } from '#lab/calico/felix/remembered.ts'
import { type HostEndpoint, labelsOf, type NetworkSet } from '#lab/calico/felix/resources.ts'

export interface Directory {
  readonly namespaces: readonly KubeObject[]
  readonly serviceAccounts: readonly KubeObject[]
}

/** A pod with what its namespace and service account lend it (conversion.go: PodToWorkloadEndpoints, profiles). */
export function podSelectable(
  pod: Pod,
  address: string,
  { namespaces, serviceAccounts }: Directory,
): Selectable {
  const namespace = pod.metadata.namespace ?? 'default'
  const serviceAccount = pod.spec.serviceAccountName ?? 'default'
  return {
    labels: {
      ...pod.metadata.labels,
      'projectcalico.org/namespace': namespace,
      'projectcalico.org/orchestrator': 'k8s',
      'projectcalico.org/serviceaccount': serviceAccount,
    },
    namespace,
    namespaceLabels: byKey(namespaces).get(namespace)?.metadata.labels ?? {},
    serviceAccount,
    serviceAccountLabels: byKey(serviceAccounts).get(`${namespace}/${serviceAccount}`)?.metadata.labels ?? {},
    nets: [address],
    ports: pod.spec.containers.flatMap(({ ports = [] }) =>
      ports.flatMap(({ name, containerPort, protocol = 'TCP' }) =>
        name === undefined ? [] : [{ name, protocol: protocol.toLowerCase(), port: containerPort }],
      ),
    ),
  }
}

const byKey = remembered((objects: readonly KubeObject[]): ReadonlyMap<string, KubeObject> => {
  const key = ({ metadata }: KubeObject): string =>
    metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`
  return new Map(objects.map((object) => [key(object), object]))
})

/** The address of a pod that Calico networks and that has not ended. */
export function podAddress(pod: Pod): string | undefined {
  const { metadata, spec, status } = pod
  if (spec.hostNetwork || hasEnded(pod)) return undefined
  return (metadata.annotations?.['cni.projectcalico.org/podIP'] ?? status.podIP)?.split('/')[0] || undefined
}

const podSelectables = remembered(
  (
    pods: readonly Pod[],
    namespaces: readonly KubeObject[],
    serviceAccounts: readonly KubeObject[],
  ): readonly Selectable[] =>
    pods.flatMap((pod) => {
      const address = podAddress(pod)
      return address === undefined ? [] : [podSelectable(pod, address, { namespaces, serviceAccounts })]
    }),
)

export const hostSelectable = (object: HostEndpoint): Selectable => ({
  labels: labelsOf(object),
  nets: object.spec.expectedIPs ?? [],
  ports: (object.spec.ports ?? []).map(({ name, protocol, port }) => ({
    name,
    protocol: `${protocol}`.toLowerCase(),
    port,
  })),
})

const setSelectables = remembered(
  (sets: readonly NetworkSet[], namespaces: readonly KubeObject[]): readonly Selectable[] =>
    sets.map((set) => {
      const { namespace } = set.metadata
      const nets = (set.spec.nets ?? []).filter((net) => !net.includes(':'))
      if (namespace === undefined) return { labels: labelsOf(set), nets, ports: [] }
      return {
        labels: { ...labelsOf(set), 'projectcalico.org/namespace': namespace },
        namespace,
        namespaceLabels: byKey(namespaces).get(namespace)?.metadata.labels ?? {},
        nets,
        ports: [],
      }
    }),
)

const joined = remembered(
  (
    pods: readonly Selectable[],
    sets: readonly Selectable[],
    globalSets: readonly Selectable[],
    hosts: readonly HostEndpoint[],
  ): readonly Selectable[] => [...pods, ...sets, ...globalSets, ...hosts.map(hostSelectable)],
)

export const allSelectables = (o: {
  readonly pods: readonly Pod[]
  readonly namespaces: readonly KubeObject[]
  readonly serviceAccounts: readonly KubeObject[]
  readonly networkSets: readonly NetworkSet[]
  readonly globalNetworkSets: readonly NetworkSet[]
  readonly hostEndpoints: readonly HostEndpoint[]
}): readonly Selectable[] =>
  joined(
    podSelectables(o.pods, o.namespaces, o.serviceAccounts),
    setSelectables(o.networkSets, o.namespaces),
    setSelectables(o.globalNetworkSets, o.namespaces),
    o.hostEndpoints,
  )
