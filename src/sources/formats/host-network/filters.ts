/** What the formats of packet filters have in common. */
import type { FilterChainRow, FilterRuleRow } from '#cluster/relations.ts'
import type { Found } from '#sources/formats/host-network/block.ts'

export type FilterChain = Omit<FilterChainRow, 'node'>
export type FilterRule = Omit<FilterRuleRow, 'node'>
export type Backend = FilterChainRow['backend']

/** What is known of the command; what the text itself says goes before it. */
export interface FilterCommand {
  readonly backend?: Backend
  readonly family?: 4 | 6 | 'inet'
  readonly table?: string
  readonly chain?: string
}

export interface FilterBlock {
  /** The number of the first line that is not read any more. */
  readonly end: number
  readonly chains: readonly Found<FilterChain>[]
  readonly rules: readonly Found<FilterRule>[]
}

/** A node with many Services has more rules than anybody judges. */
const rulesMax = 20_000

/** Collects what one listing tells. What all of it has in common may become known at its end. */
export interface FilterDraft {
  /** What the text says of itself, against what the command or a guess said. */
  set(known: FilterCommand): void
  /** `table` counts where neither text nor command says it. */
  addChain(at: number, chain: Omit<FilterChain, 'backend' | 'family'>): void
  addRule(at: number, rule: Omit<FilterRule, 'backend' | 'family' | 'position'>): void
  block(end: number): FilterBlock
}

export function filterDraft(command: FilterCommand): FilterDraft {
  let known = command
  const chains: Found<FilterChain>[] = []
  const rules: Found<FilterRule>[] = []
  const counts = new Map<string, number>()
  const placed = <Row extends { readonly table: string }>(row: Row) => ({
    ...row,
    backend: known.backend ?? ('unknown' as const),
    family: known.family ?? (4 as const),
    table: known.table ?? row.table,
  })
  return {
    set: (more) => {
      known = { ...known, ...more }
    },
    addChain: (at, chain) => {
      chains.push({ at, row: placed(chain) })
    },
    addRule: (at, rule) => {
      const row = placed(rule)
      const key = `${row.family} ${row.table} ${row.chain}`
      const position = (counts.get(key) ?? 0) + 1
      counts.set(key, position)
      if (rules.length < rulesMax) rules.push({ at, row: { ...row, position } })
    },
    block: (end) => ({
      end,
      chains: chains.map((one) => withBackend(one, known.backend)),
      rules: rules.map((one) => withBackend(one, known.backend)),
    }),
  }
}

const withBackend = <Row extends { readonly backend: Backend }>(
  { at, row }: Found<Row>,
  backend: Backend | undefined,
): Found<Row> => ({
  at,
  row: row.backend === 'unknown' && backend !== undefined ? { ...row, backend } : row,
})

/** The table of a chain where the text does not show it: most names occur in one table only. */
export const tableOfChain = (chain: string): string =>
  /^(?:PREROUTING|POSTROUTING|KUBE-(?:SVC|SEP|SERVICES|NODEPORTS|POSTROUTING|MARK-)|cali-(?:PREROUTING|POSTROUTING|nat-outgoing|fip-))/.test(
    chain,
  )
    ? 'nat'
    : 'filter'

/** `1234`, `12K`, `3M`: counts as `iptables -v` and `-L -v` print them. */
export function countOf(text: string): number | undefined {
  const m = /^(?<count>\d{1,15})(?<unit>[KMGT])?$/.exec(text)?.groups
  return m?.count === undefined ? undefined : Number(m.count) * (units[m.unit ?? ''] ?? 1)
}

const units: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 }

export const policyOf = (word: string | undefined): 'ACCEPT' | 'DROP' | undefined =>
  word === 'ACCEPT' || word === 'DROP' ? word : undefined
