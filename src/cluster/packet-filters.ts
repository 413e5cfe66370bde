/** Which of iptables' two back-ends somebody uses. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { FilterChainRow, FilterRuleRow, SettingRow, VersionRow } from '#cluster/relations.ts'
import { felixSettings } from '#cluster/settings.ts'
import { isBefore, versionsOf } from '#cluster/versions.ts'

export type Backend = 'legacy' | 'nft'

type FilterRow = Fact<FilterChainRow> | Fact<FilterRuleRow>

/** Rules or chains that one program keeps in one back-end of a node. */
export interface BackendUse {
  readonly node: string
  readonly backend: Backend
  readonly by: 'Calico' | 'Kubernetes' | 'others'
  readonly row: FilterRow
}

/** Who keeps rules in which back-end, once for each: the first row of each is shown. Only iptables' own tables count. */
export function backendUses(view: Reads<'filterChains' | 'filterRules'>): readonly BackendUse[] {
  const rows: readonly FilterRow[] = [...view.rows('filterRules'), ...view.rows('filterChains')]
  const uses = rows.flatMap((row): readonly BackendUse[] => {
    const { backend, node } = row
    if (backend === 'unknown' || row.family === 'inet' || !tables.has(row.table)) return []
    const by = ownerOf(row)
    return by === undefined ? [] : [{ node, backend, by, row }]
  })
  return [...new Map(uses.toReversed().map((use) => [`${use.node}|${use.backend}|${use.by}`, use])).values()]
}

const tables = new Set(['filter', 'nat', 'mangle', 'raw', 'security'])

/** An empty chain of the kernel's own belongs to nobody. */
function ownerOf(row: FilterRow): BackendUse['by'] | undefined {
  const names = [row.chain, 'target' in row ? row.target : '']
  if (names.some((name) => name.startsWith('cali-'))) return 'Calico'
  if (names.some((name) => name.startsWith('KUBE-'))) return 'Kubernetes'
  return 'target' in row ? 'others' : undefined
}

/**
 * Which back-end an iptables of this version uses: as it says itself; before 1.8 there was only the old one.
 *
 * @see netfilter/iptables:iptables/xshared.c (print_version)
 */
export function backendOfVersion({ version }: VersionRow): Backend | undefined {
  if (version.endsWith('(nf_tables)')) return 'nft'
  if (version.endsWith('(legacy)')) return 'legacy'
  return isBefore(version, '1.8') === true ? 'legacy' : undefined
}

/** What iptables of a host or image says of itself. */
export const iptablesVersions = (
  view: Reads<'versions'>,
): readonly { readonly backend: Backend; readonly isOld: boolean; readonly row: Fact<VersionRow> }[] =>
  versionsOf(view, 'iptables').flatMap((row) => {
    const backend = backendOfVersion(row)
    return backend === undefined ? [] : [{ backend, isOld: isBefore(row.version, '1.8') === true, row }]
  })

/** The back-end that Felix was told to use; undefined where it finds out by itself. */
export function felixBackend(
  view: Reads<'settings'>,
): { readonly backend: Backend; readonly row: Fact<SettingRow> } | undefined {
  const [row] = felixSettings(view, 'IptablesBackend')
  const backend = row === undefined ? undefined : backends.get(row.value.toLowerCase())
  return row === undefined || backend === undefined ? undefined : { backend, row }
}

/** As Felix and FelixConfiguration spell them, letter case aside. */
export const backends: ReadonlyMap<string, Backend> = new Map([
  ['legacy', 'legacy'],
  ['nft', 'nft'],
])
