/**
 * What the scheduler knows of who is where, as sums that each pod changes when it comes, changes or goes, so that nobody has to look
 * at all pods: kubernetes/kubernetes:pkg/scheduler/backend/cache/cache.go, framework/types.go (NodeInfo).
 */

import type { InformerChange } from '#lab/api/informer.ts'
import type { Pod } from '#lab/api/objects.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import type { LabelTest } from '#lab/api/selectors.ts'
import { Alike, type Count, isStaying } from '#lab/controllers/scheduler-alike.ts'
import { refusesOthers } from '#lab/controllers/scheduler-neighbours.ts'
import { type Amounts, hostPorts, type Load, requestsOf } from '#lab/controllers/scheduler-resources.ts'

/** A pod on a node. `assumed`: bound a moment ago, `kept`: room is kept for it there; both unless it is shown to be there. */
interface Placed {
  readonly pod: Pod
  readonly node: string
  readonly standing: 'assumed' | 'kept' | 'shown'
}

export interface NodeLoad extends Load {
  /** Those whose rules keep others away, by uid. */
  readonly refusing: ReadonlyMap<string, Pod>
}

export class SchedulerCache {
  readonly #placed = new Map<string, Placed>()
  readonly #nodes = new Map<string, Sums>()
  readonly #alike = new Alike()

  /** To be told of every change of the cache of pods. */
  apply({ type, object, previous }: InformerChange<Pod>): void {
    if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) this.#take(previous)
    const { nodeName } = object.spec
    if (type === 'DELETED' || (nodeName !== undefined && hasEnded(object))) this.#take(object)
    else if (nodeName !== undefined) this.#put({ pod: object, node: nodeName, standing: 'shown' })
  }

  /** Counts a pod that is being bound as if it were shown on its node. */
  assume(pod: Pod, node: string): void {
    this.#put({ pod, node, standing: 'assumed' })
  }

  /** Keeps room for a pod that waits for others to go. */
  keep(pod: Pod, node: string): void {
    this.#put({ pod, node, standing: 'kept' })
  }

  isAssumed({ metadata }: Pod): boolean {
    return this.#placed.get(metadata.uid)?.standing === 'assumed'
  }

  /** Ends what was assumed of a pod, or the room kept for it; answers on which node that was. */
  forget(pod: Pod): string | undefined {
    const placed = this.#placed.get(pod.metadata.uid)
    if (placed === undefined || placed.standing === 'shown') return undefined
    this.#take(pod)
    return placed.node
  }

  load(node: string): NodeLoad {
    return this.#nodes.get(node) ?? empty
  }

  /** Who is on a node: those that changed last at the end, behind them those that are not shown there yet. */
  on(node: string): readonly Pod[] {
    const all = [...(this.#nodes.get(node)?.placed.values() ?? [])]
    const shown = (each: Placed): boolean => each.standing === 'shown'
    return [...all.filter(shown), ...all.filter((each) => !shown(each))].map(({ pod }) => pod)
  }

  /** How many pods of these namespaces are on each node that has any whose labels pass. */
  counts(namespaces: Iterable<string>, test: LabelTest): ReadonlyMap<string, Count> {
    return this.#alike.counts(namespaces, test)
  }

  #put(placed: Placed): void {
    const { uid } = placed.pod.metadata
    const known = this.#placed.get(uid)
    this.#placed.set(uid, placed)
    if (known !== undefined && known.node === placed.node && weighsTheSame(known.pod, placed.pod)) {
      this.#nodes.get(placed.node)?.renew(placed)
      return
    }
    if (known !== undefined) this.#leave(known)
    let sums = this.#nodes.get(placed.node)
    if (sums === undefined) {
      sums = new Sums()
      this.#nodes.set(placed.node, sums)
    }
    sums.add(placed)
    this.#alike.count(placed.pod, placed.node, 1)
  }

  #take({ metadata }: Pod): void {
    const known = this.#placed.get(metadata.uid)
    if (known === undefined) return
    this.#placed.delete(metadata.uid)
    this.#leave(known)
  }

  #leave(placed: Placed): void {
    const sums = this.#nodes.get(placed.node)
    sums?.remove(placed)
    if (sums?.pods === 0) this.#nodes.delete(placed.node)
    this.#alike.count(placed.pod, placed.node, -1)
  }
}

/** The sums of one node as if some of its pods were gone. */
export function loadWithout(load: NodeLoad, gone: readonly Pod[]): NodeLoad {
  if (gone.length === 0) return load
  const sums = new Sums(load)
  for (const pod of gone) sums.weigh(pod, -1)
  return sums
}

/** Most changes of a pod are of its status. Its containers stay the same value when it is bound. */
const weighsTheSame = (a: Pod, b: Pod): boolean =>
  a.metadata.labels === b.metadata.labels &&
  isStaying(a) === isStaying(b) &&
  (a.spec === b.spec ||
    (a.spec.containers === b.spec.containers &&
      a.spec.initContainers === b.spec.initContainers &&
      a.spec.affinity === b.spec.affinity))

class Sums implements NodeLoad {
  readonly placed = new Map<string, Placed>()
  readonly asked: Amounts
  readonly ports: Map<string, number>
  readonly refusing: Map<string, Pod>
  pods: number

  constructor(from: NodeLoad = empty) {
    this.pods = from.pods
    this.asked = { ...from.asked }
    this.ports = new Map(from.ports)
    this.refusing = new Map(from.refusing)
  }

  add(placed: Placed): void {
    this.placed.set(placed.pod.metadata.uid, placed)
    this.weigh(placed.pod, 1)
  }

  remove({ pod }: Placed): void {
    this.placed.delete(pod.metadata.uid)
    this.weigh(pod, -1)
  }

  /** The same pod, changed in nothing that counts. */
  renew(placed: Placed): void {
    this.placed.delete(placed.pod.metadata.uid)
    this.placed.set(placed.pod.metadata.uid, placed)
  }

  /** Takes a pod into the sums, or out of them. */
  weigh(pod: Pod, by: 1 | -1): void {
    this.pods += by
    const { cpu, memory, 'ephemeral-storage': storage } = requestsOf(pod)
    this.asked.cpu += by * cpu
    this.asked.memory += by * memory
    this.asked['ephemeral-storage'] += by * storage
    for (const port of hostPorts(pod)) {
      const count = (this.ports.get(port) ?? 0) + by
      if (count === 0) this.ports.delete(port)
      else this.ports.set(port, count)
    }
    if (!refusesOthers(pod)) return
    if (by === 1) this.refusing.set(pod.metadata.uid, pod)
    else this.refusing.delete(pod.metadata.uid)
  }
}

const empty: NodeLoad = {
  pods: 0,
  asked: { cpu: 0, memory: 0, 'ephemeral-storage': 0 },
  ports: new Map(),
  refusing: new Map(),
}
