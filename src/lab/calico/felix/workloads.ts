import { equal } from '#base/equal.ts'
import { differing } from '#base/list-change.ts'
import type { InformerChange } from '#lab/api/informer.ts'
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

/**
 * The workloads of one node, each the same value for as long as it says the same, and all of them likewise. Looks at pods that
 * have changed since the last time.
 */
export class Workloads {
  #last: readonly Workload[] = []
  #pods: readonly Pod[] = []
  #directory: Directory | undefined

  of(pods: readonly Pod[], nodeName: string, directory: Directory): readonly Workload[] {
    const isKnown = this.#directory !== undefined && isOf(this.#directory, directory)
    const { gone, come } = isKnown ? differing(this.#pods, pods) : { gone: this.#pods, come: pods }
    this.#pods = pods
    this.#directory = directory
    const isSame = isKnown && gone.length === come.length && gone.every((pod, i) => saysSame(pod, come[i]))
    if (!isSame) this.#replace(gone, localWorkloads(come, nodeName, directory))
    return this.#last
  }

  /** Puts what has come in the place of the workloads that these pods were. */
  #replace(pods: readonly Pod[], come: readonly Workload[]): void {
    const names = new Set(pods.map(keyOf))
    const gone = new Map<string, Workload>()
    for (const each of this.#last) if (names.has(each.pod)) gone.set(each.interface, each)
    const now = come.map((each) => {
      const known = gone.get(each.interface)
      return known !== undefined && equal(known, each) ? known : each
    })
    if (now.length === gone.size && now.every((each) => gone.get(each.interface) === each)) return
    const others = this.#last.filter((each) => gone.get(each.interface) !== each)
    this.#last = [...others, ...now].sort(byInterface)
  }
}

/** Whether a change of a pod of this node makes its workload another: most are of the pod's status. */
export const changesWorkloads = ({ type, object, previous }: InformerChange<Pod>): boolean =>
  type === 'ADDED' && previous === undefined
    ? podAddress(object) !== undefined
    : type === 'DELETED' || previous === undefined || !saysSame(previous, object)

/** Whether a pod is still the workload that it was. Parts that say the same are one value. */
const saysSame = (before: Pod, now: Pod | undefined): boolean =>
  now !== undefined &&
  before.metadata.name === now.metadata.name &&
  before.metadata.namespace === now.metadata.namespace &&
  before.metadata.labels === now.metadata.labels &&
  before.spec === now.spec &&
  podAddress(before) === podAddress(now)

/** The pods that Calico networks, by interface name (projectcalico/calico:libcalico-go/lib/backend/k8s/conversion). */
export function localWorkloads(
  pods: readonly Pod[],
  nodeName: string,
  directory: Directory = { namespaces: [], serviceAccounts: [] },
): readonly Workload[] {
  return pods.flatMap((pod) => workload(pod, nodeName, directory)).sort(byInterface)
}

const byInterface = (a: Workload, b: Workload): number => (a.interface < b.interface ? -1 : 1)

const keyOf = ({ metadata }: Pod): string => `${metadata.namespace ?? 'default'}/${metadata.name}`

const isOf = (a: Directory, b: Directory): boolean =>
  a.namespaces === b.namespaces && a.serviceAccounts === b.serviceAccounts

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
