/** The node of a row, and one spelling for each machine. */
import { unnamedCalicoPod } from '#cluster/calico-objects.ts'
import type { ReadRow } from '#sources/reading.ts'
import { podMark } from '#sources/text/reader.ts'

/** Relations of the cluster as a whole: a `node` in their rows says something else than where they were read. */
const clusterWide = new Set([
  'daemonSets',
  'ipPools',
  'calicoNodes',
  'bgpPeers',
  'services',
  'ipamBlocks',
  'policies',
  'hostEndpoints',
  'webhooks',
  'certificates',
  'signingRequests',
  'apiServices',
  'secrets',
  'roles',
  'cloudRules',
  'endpointGateways',
  'workers',
] as const)

type ClusterWide = typeof clusterWide extends Set<infer Name> ? Name : never
type PlacedRow = Exclude<ReadRow, { relation: ClusterWide }>

/** Whether the row was read somewhere, so that its `node` is where. */
export const isPlaced = (read: ReadRow): read is PlacedRow =>
  !(clusterWide as ReadonlySet<string>).has(read.relation)

/** Whom a row is about, where that is a node: undefined or empty when nobody said it. */
export function nodeOf(read: ReadRow): string | undefined {
  if (!isPlaced(read)) return undefined
  switch (read.relation) {
    case 'nodes':
      return read.row.name
    case 'events':
      return read.row.about.kind === 'Node' ? read.row.about.name : read.row.node
    default:
      return read.row.node
  }
}

/** The row with another node, where `change` answers one. */
export function withNode(read: ReadRow, change: (node: string | undefined) => string | undefined): ReadRow {
  const before = nodeOf(read)
  const after = change(before)
  if (after === before || after === undefined) return read
  switch (read.relation) {
    case 'nodes':
      return { ...read, row: { ...read.row, name: after } }
    case 'events': {
      const about = read.row.about.kind === 'Node' ? { ...read.row.about, name: after } : read.row.about
      return { ...read, row: { ...read.row, about, node: after } }
    }
    default:
      // Each of these rows has `node`; the spread of a union does not keep it together with its relation.
      return isPlaced(read) ? ({ ...read, row: { ...read.row, node: after } } as ReadRow) : read
  }
}

/** `worker-03` and `k8s-worker-03.example.com` are `k8s-worker-03` where that is the only node it can be. */
export function withOneSpelling(rows: readonly ReadRow[]): readonly ReadRow[] {
  const names = new Set(
    rows.map(nodeOf).filter((name) => name !== undefined && name !== '' && !name.startsWith(podMark)),
  )
  const certain = new Set(rows.flatMap((read) => (isCertain(read) ? [nodeOf(read)] : [])))
  const known = certain.size > 0 ? certain : names
  const spelling = new Map<string, string>()
  for (const name of names) {
    if (name === undefined || known.has(name)) continue
    const same = [...known].filter((other) => other !== undefined && isSameMachine(name, other))
    if (same.length === 1 && same[0] !== undefined) spelling.set(name, same[0])
  }
  const longer = spelling.size > 0 ? spelling : longestSpellings(names)
  return longer.size === 0
    ? rows
    : rows.map((read) => withNode(read, (node) => (node === undefined ? node : (longer.get(node) ?? node))))
}

/** The object itself, or a pod on it: spelt as Kubernetes spells it. */
const isCertain = (read: ReadRow): boolean =>
  (read.relation === 'nodes' && read.row.name !== '') ||
  (read.relation === 'pods' && read.row.node !== undefined && read.row.name !== unnamedCalicoPod)

const isSameMachine = (a: string, b: string): boolean =>
  a.startsWith(`${b}.`) || b.startsWith(`${a}.`) || a.endsWith(`-${b}`) || b.endsWith(`-${a}`)

/** Among people's own words the longest form stands for the shorter ones. */
function longestSpellings(names: ReadonlySet<string | undefined>): Map<string, string> {
  const spelling = new Map<string, string>()
  const all = [...names].filter((name) => name !== undefined)
  for (const name of all) {
    const longer = all.filter((other) => other.length > name.length && isSameMachine(name, other))
    if (longer.length === 1 && longer[0] !== undefined) spelling.set(name, longer[0])
  }
  return spelling
}
