import type { Node, Pod } from '#lab/api/objects.ts'
import type { LabelTest } from '#lab/api/selectors.ts'
import { nodeAffinityOf, wantedNodes } from '#lab/controllers/node-affinity.ts'
import { untolerated } from '#lab/controllers/pods.ts'
import type { Count } from '#lab/controllers/scheduler-alike.ts'
import { loadWithout, type SchedulerCache } from '#lab/controllers/scheduler-cache.ts'
import type { Neighbourhood } from '#lab/controllers/scheduler-domains.ts'
import { Neighbours } from '#lab/controllers/scheduler-neighbours.ts'
import { hostPorts, lackingResources, portsTaken, requestsOf } from '#lab/controllers/scheduler-resources.ts'
import { type Spread, spreadOf } from '#lab/controllers/scheduler-spread.ts'
import type { ClaimedVolumes } from '#lab/controllers/scheduler-volumes.ts'

/** Why a node does not take a pod. `final`: nor would it if other pods left it. */
export interface Misfit {
  readonly reasons: readonly string[]
  readonly final: boolean
}

/** The one node that a pod is bound to by its affinity, as a DaemonSet's are: no other has to be looked at. */
export function boundNode({ spec }: Pod): string | undefined {
  const terms = nodeAffinityOf(spec).requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const values = terms.length === 1 ? terms[0]?.matchFields?.[0]?.values : undefined
  return values?.length === 1 ? values[0] : undefined
}

/** One pod before all nodes, with who is where; plugins in the order of the default profile. */
export class Fit implements Neighbourhood {
  readonly #volumes: ClaimedVolumes | undefined
  readonly nodes: readonly Node[]
  readonly #pod: Pod
  readonly #cache: SchedulerCache
  readonly #wanted: (node: Node) => boolean
  readonly #ports: readonly string[]
  readonly #neighbours: Neighbours
  readonly #spread: readonly (Spread & { readonly least: number })[]

  constructor(
    pod: Pod,
    o: {
      readonly nodes: readonly Node[]
      readonly cache: SchedulerCache
      readonly volumes?: ClaimedVolumes
    },
  ) {
    this.nodes = o.nodes
    this.#volumes = o.volumes
    this.#pod = pod
    this.#cache = o.cache
    this.#wanted = wantedNodes(pod.spec)
    this.#ports = hostPorts(pod)
    this.#neighbours = new Neighbours(pod, this)
    this.#spread = spreadOf(pod, this).map((each) => ({ ...each, least: each.hard ? this.#least(each) : 0 }))
  }

  on(node: Node): readonly Pod[] {
    return this.#cache.on(node.metadata.name)
  }

  counts(namespaces: readonly string[], test: LabelTest): ReadonlyMap<string, Count> {
    return this.#cache.counts(namespaces, test)
  }

  refusing(node: Node): Iterable<Pod> {
    return this.#cache.load(node.metadata.name).refusing.values()
  }

  /** `gone`: pods of the node that are thought away. */
  misfit(node: Node, gone: readonly Pod[] = []): Misfit | undefined {
    const { spec } = this.#pod
    const never = (reason: string): Misfit => ({ reasons: [reason], final: true })
    const now = (reason: string): Misfit => ({ reasons: [reason], final: false })
    if (node.spec.unschedulable && !this.#tolerates('node.kubernetes.io/unschedulable'))
      return never('node(s) were unschedulable')
    const taint = untolerated(node.spec.taints, spec.tolerations, ['NoSchedule', 'NoExecute'])[0]
    if (taint !== undefined)
      return never(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`)
    if (!this.#wanted(node)) return never("node(s) didn't match Pod's node affinity/selector")
    const load = loadWithout(this.#cache.load(node.metadata.name), gone)
    if (portsTaken(this.#ports, load))
      return now("node(s) didn't have free ports for the requested pod ports")
    const lacking = lackingResources(requestsOf(this.#pod), node, load)
    if (lacking.length > 0) return { reasons: lacking, final: false }
    const volumes = this.#volumes?.misfit(node)
    if (volumes !== undefined) return never(volumes)
    return this.#crowded(node, gone) ?? this.#unwanted(node, gone)
  }

  /** The suitable node with the best spread, then the fewest pods, then the first name. */
  best(fitting: readonly Node[]): Node | undefined {
    const cost = (node: Node): number =>
      this.#spread.reduce((sum, each) => sum + (each.count(node) ?? 0), 0) * 1000 +
      this.#cache.load(node.metadata.name).pods
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

  #crowded(node: Node, gone: readonly Pod[]): Misfit | undefined {
    const says = "node(s) didn't match pod topology spread constraints"
    for (const each of this.#spread) {
      if (!each.hard) continue
      const count = each.count(node, gone)
      if (count === undefined) return { reasons: [`${says} (missing required label)`], final: true }
      if (count + 1 - each.least > each.maxSkew) return { reasons: [says], final: false }
    }
    return undefined
  }

  #unwanted(node: Node, gone: readonly Pod[]): Misfit | undefined {
    const why = this.#neighbours.unwanted(node, gone)
    return why === undefined ? undefined : { reasons: [why], final: why.includes('pod affinity rules') }
  }

  /** The emptiest domain among the nodes that the pod asks for; tainted ones count (nodeTaintsPolicy Ignore). */
  #least(spread: Spread): number {
    const counts = this.nodes.filter(this.#wanted).flatMap((node) => spread.count(node) ?? [])
    return counts.length === 0 ? 0 : Math.min(...counts)
  }
}
