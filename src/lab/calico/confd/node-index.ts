import type { InformerChange } from '#lab/api/informer.ts'
import type { Node } from '#lab/api/objects.ts'
import { type BgpNode, bareAddress } from '#lab/calico/confd/data.ts'
import { remembered } from '#lab/calico/felix/remembered.ts'
import { calicoSelector, type Labels } from '#lab/calico/selector.ts'

/** A node as confd knows it. */
export interface IndexedNode extends BgpNode {
  readonly labels: Labels
}

/** A node as it was and as it is; one that is new was not, one that was deleted is not. */
export interface NodeChange {
  readonly was: Node | undefined
  readonly is: Node | undefined
}

/**
 * What confd asks about the cluster's nodes: which of them a selector matches, and whose address one is. It keeps what was asked, and
 * tells of a change whether it could change an answer, so that a cluster of a thousand nodes does not make a thousand confds render
 * a thousand times. The answers are those of the list: who has the same list shares them.
 */
export class NodeIndex {
  readonly #list: () => readonly Node[]
  readonly #get: (name: string) => Node | undefined
  #asked: 'everything' | Map<string, (labels: Labels) => boolean> = new Map()
  #askedAddresses = new Set<string>()
  #askedNames = new Set<string>()

  /** `nodes`: in the order of names. */
  constructor(nodes: { list(): readonly Node[]; get(name: string): Node | undefined }) {
    this.#list = () => nodes.list()
    this.#get = (name) => nodes.get(name)
  }

  /** Forgets what was asked; what is asked from now on decides which changes matter. */
  ask(): void {
    this.#asked = new Map()
    this.#askedAddresses = new Set()
    this.#askedNames = new Set()
  }

  get(name: string): IndexedNode | undefined {
    this.#askedNames.add(name)
    const node = this.#get(name)
    return node && indexed(node)
  }

  /** Every node, in order of names. From here on every change matters. */
  all(): readonly IndexedNode[] {
    this.#asked = 'everything'
    return answersOf(this.#list()).all
  }

  /** In order of names. Throws SelectorError. */
  matching(selector: string): readonly IndexedNode[] {
    const test = calicoSelector(selector)
    if (this.#asked !== 'everything') this.#asked.set(selector, test)
    const { all, bySelector } = answersOf(this.#list())
    return found(bySelector, selector, () => all.filter(({ labels }) => test(labels)))
  }

  withAddress(address: string): readonly IndexedNode[] {
    this.#askedAddresses.add(address)
    const { all, byAddress } = answersOf(this.#list())
    return found(byAddress, address, () => all.filter((node) => bareAddress(node) === address))
  }

  /** {@link changed} of several changes: of each that could change anybody's answer. */
  news(changes: readonly InformerChange<Node>[]): readonly (readonly string[])[] {
    return newsOf(changes)
      .map((change) => this.changed(change))
      .filter(({ length }) => length > 0)
  }

  /** What changed, as confd names it, where it may change an answer; nothing otherwise. */
  changed(change: NodeChange): readonly string[] {
    if (isNoNews(change)) return []
    const was = change.was && indexed(change.was)
    const is = change.is && indexed(change.is)
    const mattered = was !== undefined && this.#matters(was)
    if (is === undefined) return mattered ? [`${was?.name} deleted`] : []
    return mattered || this.#matters(is) ? reasons(was, is) : []
  }

  #matters(node: IndexedNode): boolean {
    if (this.#asked === 'everything') return true
    if (this.#askedNames.has(node.name)) return true
    if (this.#askedAddresses.size > 0 && this.#askedAddresses.has(bareAddress(node))) return true
    for (const test of this.#asked.values()) if (test(node.labels)) return true
    return false
  }
}

/** Worked out once for all confds that are told the same. */
const newsOf = remembered((changes: readonly InformerChange<Node>[]): readonly NodeChange[] =>
  changes
    .map(({ type, object, previous }) => ({ was: previous, is: type === 'DELETED' ? undefined : object }))
    .filter((change) => !isNoNews(change)),
)

/** Whether confd reads the same of a node as before. */
function isNoNews({ was, is }: NodeChange): boolean {
  if (isSame(was, is)) return true
  return was !== undefined && is !== undefined && signatureOf(was) === signatureOf(is)
}

const signatureOf = (node: Node): string | undefined => signatures.get(indexed(node))

/** Whether two versions of a node have the very same of what {@link indexed} reads, as when its status was reported. */
const isSame = (was: Node | undefined, is: Node | undefined): boolean =>
  was !== undefined &&
  is !== undefined &&
  was.metadata.annotations === is.metadata.annotations &&
  was.metadata.labels === is.metadata.labels &&
  was.metadata.name === is.metadata.name

/** What was worked out of one list of nodes. */
interface Answers {
  readonly all: readonly IndexedNode[]
  readonly bySelector: Map<string, readonly IndexedNode[]>
  readonly byAddress: Map<string, readonly IndexedNode[]>
}

const answers = new WeakMap<readonly Node[], Answers>()

function answersOf(list: readonly Node[]): Answers {
  let known = answers.get(list)
  if (known === undefined) {
    known = { all: list.map(indexed), bySelector: new Map(), byAddress: new Map() }
    answers.set(list, known)
  }
  return known
}

function found<T>(known: Map<string, T>, key: string, make: () => T): T {
  const before = known.get(key)
  if (before !== undefined) return before
  const made = make()
  known.set(key, made)
  return made
}

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
