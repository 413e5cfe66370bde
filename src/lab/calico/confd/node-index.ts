import type { Node } from '#lab/api/objects.ts'
import { type BgpNode, bareAddress } from '#lab/calico/confd/data.ts'
import { calicoSelector, type Labels } from '#lab/calico/selector.ts'

/** A node as confd knows it. */
export interface IndexedNode extends BgpNode {
  readonly labels: Labels
}

type Asked = 'everything' | Set<string>

/**
 * The cluster's nodes, with what was asked of them kept up to date: which nodes a selector matches, and whose address one is.
 * A change costs no more than the questions that are open, and tells whether it could change an answer, so that a cluster
 * of a thousand nodes does not make a thousand confds render a thousand times.
 */
export class NodeIndex {
  readonly #nodes = new Map<string, IndexedNode>()
  readonly #byAddress = new Map<string, Set<string>>()
  readonly #bySelector = new Map<string, Map<string, IndexedNode>>()
  #asked: Asked = new Set()
  #askedAddresses = new Set<string>()
  #askedNames = new Set<string>()

  /** Forgets what was asked; what is asked from now on decides which changes matter. */
  ask(): void {
    for (const selector of this.#bySelector.keys())
      if (this.#asked === 'everything' || !this.#asked.has(selector)) this.#bySelector.delete(selector)
    this.#asked = new Set()
    this.#askedAddresses = new Set()
    this.#askedNames = new Set()
  }

  get(name: string): IndexedNode | undefined {
    this.#askedNames.add(name)
    return this.#nodes.get(name)
  }

  /** Every node, in order of names. From here on every change matters. */
  all(): readonly IndexedNode[] {
    this.#asked = 'everything'
    return [...this.#nodes.values()].sort(byName)
  }

  /** In order of names. Throws SelectorError. */
  matching(selector: string): readonly IndexedNode[] {
    if (this.#asked !== 'everything') this.#asked.add(selector)
    const known = this.#bySelector.get(selector) ?? this.#select(selector)
    return [...known.values()].sort(byName)
  }

  withAddress(address: string): readonly IndexedNode[] {
    this.#askedAddresses.add(address)
    return [...(this.#byAddress.get(address) ?? [])].flatMap((name) => this.#nodes.get(name) ?? [])
  }

  /** What changed, as confd names it, where it may change an answer; nothing otherwise. */
  put(node: Node): readonly string[] {
    const next = indexed(node)
    const was = this.#nodes.get(next.name)
    if (was && signatures.get(was) === signatures.get(next)) return []
    const mattered = was !== undefined && this.#matters(was)
    if (was) this.#unlink(was)
    this.#nodes.set(next.name, next)
    this.#link(next)
    return mattered || this.#matters(next) ? reasons(was, next) : []
  }

  remove(name: string): readonly string[] {
    const was = this.#nodes.get(name)
    if (!was) return []
    const mattered = this.#matters(was)
    this.#unlink(was)
    this.#nodes.delete(name)
    return mattered ? [`${name} deleted`] : []
  }

  #matters(node: IndexedNode): boolean {
    if (this.#asked === 'everything') return true
    if (this.#askedNames.has(node.name) || this.#askedAddresses.has(bareAddress(node))) return true
    for (const selector of this.#asked) if (this.#bySelector.get(selector)?.has(node.name)) return true
    return false
  }

  #select(selector: string): ReadonlyMap<string, IndexedNode> {
    const test = calicoSelector(selector)
    const found = new Map<string, IndexedNode>()
    for (const node of this.#nodes.values()) if (test(node.labels)) found.set(node.name, node)
    this.#bySelector.set(selector, found)
    return found
  }

  #link(node: IndexedNode): void {
    const address = bareAddress(node)
    if (address !== '') {
      const names = this.#byAddress.get(address) ?? new Set()
      this.#byAddress.set(address, names.add(node.name))
    }
    for (const [selector, found] of this.#bySelector)
      if (calicoSelector(selector)(node.labels)) found.set(node.name, node)
  }

  #unlink(node: IndexedNode): void {
    this.#byAddress.get(bareAddress(node))?.delete(node.name)
    for (const found of this.#bySelector.values()) found.delete(node.name)
  }
}

const byName = (a: BgpNode, b: BgpNode): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/** Objects of the API are frozen and shared, so that a thousand confds read each of them once. */
const read = new WeakMap<Node, IndexedNode>()
const signatures = new WeakMap<IndexedNode, string>()

function indexed(node: Node): IndexedNode {
  const known = read.get(node)
  if (known) return known
  const { metadata } = node
  const annotations = metadata.annotations ?? {}
  const address = annotations['projectcalico.org/IPv4Address']
  const asNumber = annotations['projectcalico.org/ASNumber']
  const cluster = annotations['projectcalico.org/RouteReflectorClusterID']
  const fresh: IndexedNode = {
    name: metadata.name,
    ...(address ? { address } : {}),
    ...(asNumber ? { asNumber: Number(asNumber) } : {}),
    ...(cluster ? { routeReflectorClusterId: cluster } : {}),
    labels: metadata.labels,
  }
  read.set(node, fresh)
  signatures.set(fresh, JSON.stringify(fresh))
  return fresh
}

/** The keys under which the old data model keeps a node (libcalico-go/lib/backend/model/bgpconfig.go). */
const keys = [
  ['ip_addr_v4', (node: BgpNode) => bareAddress(node)],
  ['network_v4', (node: BgpNode) => node.address ?? ''],
  ['as_num', (node: BgpNode) => String(node.asNumber ?? '')],
  ['rr_cluster_id', (node: BgpNode) => node.routeReflectorClusterId ?? ''],
] as const

function reasons(was: IndexedNode | undefined, node: IndexedNode): readonly string[] {
  const found = keys.flatMap(([key, value]) => {
    const [before, now] = [was ? value(was) : '', value(node)]
    if (before === now) return []
    return [`HostBGPConfig(node=${node.name}; name=${key}) ${now === '' ? 'deleted' : 'updated'}`]
  })
  const labelled = was === undefined || JSON.stringify(was.labels) !== JSON.stringify(node.labels)
  return labelled ? [...found, `${node.name} updated`] : found
}
