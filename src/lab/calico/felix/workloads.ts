import { equal } from '#base/equal.ts'
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

/** The workloads of one node, each the same value for as long as it says the same, and all of them likewise. */
export class Workloads {
  #last: readonly Workload[] = []

  of(pods: readonly Pod[], nodeName: string, directory: Directory): readonly Workload[] {
    const last = new Map(this.#last.map((each) => [each.interface, each]))
    const now = localWorkloads(pods, nodeName, directory).map((each) => {
      const known = last.get(each.interface)
      return known !== undefined && equal(known, each) ? known : each
    })
    const isSame = now.length === this.#last.length && now.every((each, at) => each === this.#last[at])
    if (!isSame) this.#last = now
    return this.#last
  }
}

/** The pods that Calico networks, by interface name (projectcalico/calico:libcalico-go/lib/backend/k8s/conversion). */
export function localWorkloads(
  pods: readonly Pod[],
  nodeName: string,
  directory: Directory = { namespaces: [], serviceAccounts: [] },
): readonly Workload[] {
  return pods
    .flatMap((pod) => workloadOf(pod, nodeName, directory))
    .sort((a, b) => (a.interface < b.interface ? -1 : 1))
}

/** A pod that has not changed is the workload that it was, as long as what lends it labels is the same. */
function workloadOf(pod: Pod, nodeName: string, directory: Directory): readonly Workload[] {
  const known = made.get(pod)
  if (known?.nodeName === nodeName && isOf(known.directory, directory)) return known.workloads
  const workloads = workload(pod, nodeName, directory)
  made.set(pod, { nodeName, directory, workloads })
  return workloads
}

const isOf = (a: Directory, b: Directory): boolean =>
  a.namespaces === b.namespaces && a.serviceAccounts === b.serviceAccounts

const made = new WeakMap<
  Pod,
  { readonly nodeName: string; readonly directory: Directory; readonly workloads: readonly Workload[] }
>()

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
