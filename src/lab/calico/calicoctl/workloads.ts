/**
 * What calicoctl makes of Kubernetes' pods, namespaces and service accounts: workload endpoints and profiles, in tables.
 *
 * @see projectcalico/calico:calicoctl/calicoctl/resourcemgr/{workloadendpoint,profile}.go, libcalico-go/lib/names/workloadendpoint.go
 */
import type { KubeObject, Pod } from '#lab/api/objects.ts'
import { type Kube, resources } from '#lab/api/ports.ts'
import { interfaceName } from '#lab/calico/cni/interface-name.ts'

/** Of pods that have an address and run; `namespace` undefined: of all, with a column for it. */
export async function workloadEndpoints(
  kube: Kube,
  { wide, namespace }: { readonly wide: boolean; readonly namespace: string | undefined },
): Promise<readonly string[][]> {
  const { items } = await kube.list<Pod>({
    type: resources.pods,
    ...(namespace === undefined ? {} : { namespace }),
  })
  const withNamespace = namespace === undefined
  const heads = ['WORKLOAD', 'NODE', 'NETWORKS', 'INTERFACE']
  return [
    [...(withNamespace ? ['NAMESPACE'] : []), ...(wide ? ['NAME', ...heads, 'PROFILES', 'NATS'] : heads)],
    ...items.filter(isEndpoint).map((pod) => {
      const own = cells(pod)
      return [
        ...(withNamespace ? [pod.metadata.namespace ?? ''] : []),
        ...(wide ? [endpointName(pod), ...own, profilesOf(pod).join(','), ''] : own),
      ]
    }),
  ]
}

const isEndpoint = ({ spec, status }: Pod): boolean =>
  spec.hostNetwork !== true &&
  status?.podIP !== undefined &&
  status.podIP !== '' &&
  !['Succeeded', 'Failed'].includes(status.phase ?? '')

const cells = ({ metadata, spec, status }: Pod): string[] => [
  metadata.name,
  spec.nodeName ?? '',
  `${status?.podIP}/32`,
  interfaceName(metadata.namespace ?? '', metadata.name),
]

/** Dashes are doubled, so that the parts can be told apart again. */
const endpointName = ({ metadata, spec }: Pod): string =>
  [spec.nodeName ?? '', 'k8s', metadata.name, 'eth0'].map((part) => part.replaceAll('-', '--')).join('-')

const profilesOf = ({ metadata, spec }: Pod): readonly string[] => [
  `kns.${metadata.namespace}`,
  `ksa.${metadata.namespace}.${spec.serviceAccountName ?? 'default'}`,
]

/** One for each namespace and each service account, and the one that allows. */
export async function profiles(
  kube: Kube,
  { wide }: { readonly wide: boolean },
): Promise<readonly string[][]> {
  const { items: namespaces } = await kube.list<KubeObject>({ type: resources.namespaces })
  const { items: accounts } = await kube.list<KubeObject>({ type: resources.serviceAccounts })
  const rows = [
    ['projectcalico-default-allow', ''],
    ...namespaces.map(({ metadata }) => [
      `kns.${metadata.name}`,
      labelsOf('pcns', { 'projectcalico.org/name': metadata.name, ...metadata.labels }),
    ]),
    ...accounts.map(({ metadata }) => [
      `ksa.${metadata.namespace}.${metadata.name}`,
      labelsOf('pcsa', { 'projectcalico.org/name': metadata.name, ...metadata.labels }),
    ]),
  ]
  return wide ? [['NAME', 'LABELS'], ...rows] : [['NAME'], ...rows.map(([name = '']) => [name])]
}

const labelsOf = (prefix: string, labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${prefix}.${key}=${value}`)
    .sort()
    .join(',')
