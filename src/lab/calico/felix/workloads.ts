import type { Pod } from '#lab/api/objects.ts'
import { interfaceName } from '#lab/calico/cni/interface-name.ts'
import type { Selectable } from '#lab/calico/felix/policy/model.ts'
import { type Directory, podAddress, podSelectable } from '#lab/calico/felix/selectables.ts'

/** A pod of this node as Felix knows it. */
export interface Workload {
  readonly pod: string // namespace/name
  readonly interface: string
  readonly address: string
  /** `kns.<namespace>` and `ksa.<namespace>.<service account>`. */
  readonly profiles: readonly string[]
  /** As policies see it. */
  readonly endpoint: Selectable
}

/** The pods that Calico networks, by interface name (projectcalico/calico:libcalico-go/lib/backend/k8s/conversion). */
export function localWorkloads(
  pods: readonly Pod[],
  nodeName: string,
  directory: Directory = { namespaces: [], serviceAccounts: [] },
): readonly Workload[] {
  return pods
    .flatMap((pod) => workload(pod, nodeName, directory))
    .sort((a, b) => (a.interface < b.interface ? -1 : 1))
}

function workload(pod: Pod, nodeName: string, directory: Directory): readonly Workload[] {
  const { metadata, spec } = pod
  const address = podAddress(pod)
  if (spec.nodeName !== nodeName || address === undefined) return []
  const namespace = metadata.namespace ?? 'default'
  const account = spec.serviceAccountName ?? 'default'
  return [
    {
      pod: `${namespace}/${metadata.name}`,
      interface: interfaceName(namespace, metadata.name),
      address,
      profiles: [`kns.${namespace}`, `ksa.${namespace}.${account}`],
      endpoint: podSelectable(pod, address, directory),
    },
  ]
}
