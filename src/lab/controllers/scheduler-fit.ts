import type { Node, Pod } from '#lab/api/objects.ts'
import { nodeAffinityOf, wantedNodes } from '#lab/controllers/node-affinity.ts'
import type { PodIndex } from '#lab/controllers/pod-index.ts'
import { untolerated } from '#lab/controllers/pods.ts'
import {
  inDomain,
  type Neighbourhood,
  type Spread,
  spreadOf,
  unwanted,
} from '#lab/controllers/scheduler-neighbours.ts'
import { lackingResources, portsTaken } from '#lab/controllers/scheduler-resources.ts'

/** Why a node does not take a pod. `final`: nor would it if other pods left it. */
export interface Misfit {
  readonly reasons: readonly string[]
  readonly final: boolean
}

/** A pod that was bound a moment ago, or for which room is kept. */
export interface Assumed {
  readonly pod: Pod
  readonly node: string
}

/** The one node that a pod is bound to by its affinity, as a DaemonSet's are: no other has to be looked at. */
export function boundNode({ spec }: Pod): string | undefined {
  const terms = nodeAffinityOf(spec).requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const values = terms.length === 1 ? terms[0]?.matchFields?.[0]?.values : undefined
  return values?.length === 1 ? values[0] : undefined
}

/** One pod before all nodes, with who is where; plugins in the order of the default profile. */
export class Fit implements Neighbourhood {
  readonly nodes: readonly Node[]
  readonly #pod: Pod
  readonly #index: PodIndex
  readonly #assumed = new Map<string, Pod[]>()
  /** Who is on a node, as long as nobody is thought away. */
  readonly #present = new Map<string, readonly Pod[]>()
  readonly #wanted: (node: Node) => boolean
  readonly #spread: readonly (Spread & { readonly least: number })[]
  /** Pods that are thought away, by uid. */
  #without: ReadonlySet<string> = new Set()

  constructor(
    pod: Pod,
    o: { readonly nodes: readonly Node[]; readonly index: PodIndex; readonly assumed: Iterable<Assumed> },
  ) {
    this.nodes = o.nodes
    this.#pod = pod
    this.#index = o.index
    for (const { pod: other, node } of o.assumed)
      if (other.metadata.uid !== pod.metadata.uid)
        this.#assumed.set(node, [...(this.#assumed.get(node) ?? []), other])
    this.#wanted = wantedNodes(pod.spec)
    this.#spread = spreadOf(pod).map((each) => ({ ...each, least: each.hard ? this.#least(each) : 0 }))
  }

  on(node: Node): readonly Pod[] {
    if (this.#without.size > 0) return this.#presentOn(node)
    const { name } = node.metadata
    let present = this.#present.get(name)
    if (present === undefined) {
      present = this.#presentOn(node)
      this.#present.set(name, present)
    }
    return present
  }

  #presentOn(node: Node): readonly Pod[] {
    const stays = ({ status, metadata }: Pod): boolean =>
      status.phase !== 'Succeeded' && status.phase !== 'Failed' && !this.#without.has(metadata.uid)
    const all = this.#index.onNode(node.metadata.name)
    const here = all.every(stays) ? all : all.filter(stays)
    const coming = this.#assumed.get(node.metadata.name)
    return coming === undefined ? here : [...here, ...coming.filter(stays)]
  }

  /** What {@link misfit} would be without these pods. */
  misfitWithout(node: Node, gone: readonly Pod[]): Misfit | undefined {
    this.#without = new Set(gone.map(({ metadata }) => metadata.uid))
    try {
      return this.misfit(node)
    } finally {
      this.#without = new Set()
    }
  }

  misfit(node: Node): Misfit | undefined {
    const { spec } = this.#pod
    const never = (reason: string): Misfit => ({ reasons: [reason], final: true })
    const now = (reason: string): Misfit => ({ reasons: [reason], final: false })
    if (node.spec.unschedulable && !this.#tolerates('node.kubernetes.io/unschedulable'))
      return never('node(s) were unschedulable')
    const taint = untolerated(node.spec.taints, spec.tolerations, ['NoSchedule', 'NoExecute'])[0]
    if (taint !== undefined)
      return never(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`)
    if (!this.#wanted(node)) return never("node(s) didn't match Pod's node affinity/selector")
    const present = this.on(node)
    if (portsTaken(this.#pod, present))
      return now("node(s) didn't have free ports for the requested pod ports")
    const lacking = lackingResources(this.#pod, node, present)
    if (lacking.length > 0) return { reasons: lacking, final: false }
    return this.#crowded(node) ?? this.#unwanted(node)
  }

  /** The suitable node with the best spread, then the fewest pods, then the first name. */
  best(fitting: readonly Node[]): Node | undefined {
    const cost = (node: Node): number =>
      this.#spread.reduce((sum, each) => sum + (inDomain(this.#pod, each, node, this) ?? 0), 0) * 1000 +
      this.on(node).length
    let best: { readonly node: Node; readonly cost: number } | undefined
    for (const node of fitting) {
      const own = cost(node)
      const wins =
        best === undefined ||
        own < best.cost ||
        (own === best.cost && node.metadata.name < best.node.metadata.name)
      if (wins) best = { node, cost: own }
    }
    return best?.node
  }

  #tolerates(key: string): boolean {
    return (
      untolerated([{ key, effect: 'NoSchedule' }], this.#pod.spec.tolerations, ['NoSchedule']).length === 0
    )
  }

  #crowded(node: Node): Misfit | undefined {
    const says = "node(s) didn't match pod topology spread constraints"
    for (const each of this.#spread) {
      if (!each.hard) continue
      const count = inDomain(this.#pod, each, node, this)
      if (count === undefined) return { reasons: [`${says} (missing required label)`], final: true }
      if (count + 1 - each.least > each.maxSkew) return { reasons: [says], final: false }
    }
    return undefined
  }

  #unwanted(node: Node): Misfit | undefined {
    const why = unwanted(this.#pod, node, this)
    return why === undefined ? undefined : { reasons: [why], final: why.includes('pod affinity rules') }
  }

  /** The emptiest domain among the nodes that the pod asks for; tainted ones count (nodeTaintsPolicy Ignore). */
  #least(spread: Spread): number {
    const counts = this.nodes
      .filter(this.#wanted)
      .flatMap((node) => inDomain(this.#pod, spread, node, this) ?? [])
    return counts.length === 0 ? 0 : Math.min(...counts)
  }
}
