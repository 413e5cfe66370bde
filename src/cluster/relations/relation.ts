/** What the engine must know of a relation besides its rows. One value per relation, in the relation's own file. */
export interface RelationInfo<Row> {
  /** Rows with one key tell of the same thing, whoever told it. */
  readonly key: (row: Row) => string
  /** One row out of two with the same key, told by different sources. Default: {@link filled}. */
  readonly join?: (newer: Row, older: Row) => Row
  /** The same within one source, where every row was an observation of its own. Default: `join`. */
  readonly fold?: (newer: Row, older: Row) => Row
  /** What a person types to read it. */
  readonly command: (where: Where) => string
  /** What the API server must allow, as `kubectl auth can-i` takes it. */
  readonly permission: string
  readonly tier: Tier
  /** What one reading costs, in list calls of an API server; a person's shell on a node is the dearest. */
  readonly cost: number
  /** Whether trouble shows here: while it was not read completely, nobody may say "healthy". */
  readonly carriesSymptoms: boolean
}

/** Read-only access in rising order of what it takes: objects; logs; exec, kubelet endpoints and host files. */
export type Tier = 'api' | 'logs' | 'deep'

/** Whom a command is to ask about; what is not known is written as a placeholder. */
export interface Where {
  readonly node?: string
  readonly pod?: string
  /** Calico's namespace. */
  readonly namespace?: string
}

/** Names the way documentation writes them when they are not known. */
export const named = ({ node, pod, namespace }: Where): Required<Where> => ({
  node: node ?? '<node>',
  pod: pod ?? '<calico-node-pod>',
  namespace: namespace ?? 'kube-system',
})

/** `newer`, and what only `older` told: absent fields and empty lists say nothing. */
export function filled<Row extends object>(newer: Row, older: Row): Row {
  // Both are whole rows, so their union is one. A loop, since a long log is filled a hundred thousand times.
  const row = { ...newer, ...older }
  for (const key in newer) if (!isSilent(newer[key])) row[key] = newer[key]
  return row
}

const isSilent = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.length === 0)

/** Lists whose items have a name of their own, joined item by item; in the order of `newer`, then what is only in `older`. */
export function joined<Item extends object>(
  newer: readonly Item[],
  older: readonly Item[],
  {
    by,
    join = filled,
  }: { readonly by: (item: Item) => string; readonly join?: (newer: Item, older: Item) => Item },
): readonly Item[] {
  const before = new Map(older.map((item) => [by(item), item]))
  const both = newer.map((item) => {
    const same = before.get(by(item))
    before.delete(by(item))
    return same === undefined ? item : join(item, same)
  })
  return [...both, ...before.values()]
}

/** The latest or earliest of two moments of which either may be unknown. */
export const latest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b)

export const earliest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)
