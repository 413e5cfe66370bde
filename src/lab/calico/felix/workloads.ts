import type { Pod } from '#lab/api/objects.ts'
import { interfaceName } from '#lab/calico/cni/interface-name.ts'

/** A pod of this node as Felix knows it. */
export interface Workload {
  readonly pod: string // namespace/name
  readonly interface: string
  readonly address: string
  /** `kns.<namespace>` and `ksa.<namespace>.<service account>`. */
  readonly profiles: readonly string[]
}

/** The pods that Calico networks, by interface name (projectcalico/calico:libcalico-go/lib/backend/k8s/conversion). */
export function localWorkloads(pods: readonly Pod[], nodeName: string): readonly Workload[] {
  return pods.flatMap((pod) => workload(pod, nodeName)).sort((a, b) => (a.interface < b.interface ? -1 : 1))
}

function workload({ metadata, spec, status }: Pod, nodeName: string): readonly Workload[] {
  if (spec.nodeName !== nodeName || spec.hostNetwork) return []
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return []
  const address = (metadata.annotations?.['cni.projectcalico.org/podIP'] ?? status.podIP)?.split('/')[0]
  if (!address) return []
  const namespace = metadata.namespace ?? 'default'
  const account = spec.serviceAccountName ?? 'default'
  return [
    {
      pod: `${namespace}/${metadata.name}`,
      interface: interfaceName(namespace, metadata.name),
      address,
      profiles: [`kns.${namespace}`, `ksa.${namespace}.${account}`],
    },
  ]
}
