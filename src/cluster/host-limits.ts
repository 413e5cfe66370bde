/** How full the kernel's tables are, where somebody showed count and limit. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { SettingRow } from '#cluster/relations.ts'

export interface Filling {
  readonly name: string // net.netfilter.nf_conntrack_count
  /** Count by limit: 1 is full. */
  readonly part: number
  readonly row: Fact<SettingRow>
}

/** Sysctls that count something, with those that limit it, on the same node. Values of pods are not the host's. */
export function fillings(view: Reads<'settings'>): readonly Filling[] {
  const rows = view.rows('settings').filter((row) => row.of === 'sysctl' && row.in === undefined)
  const pairs = rows.flatMap((row) => {
    const limit = rows.find((other) => other.name === limits.get(row.name) && other.node === row.node)
    return limit === undefined ? [] : filling(row, Number(row.value), Number(limit.value))
  })
  return [...pairs, ...rows.filter(({ name }) => name === 'fs.file-nr').flatMap(ofFileNr)]
}

const limits: ReadonlyMap<string, string> = new Map([
  ['net.netfilter.nf_conntrack_count', 'net.netfilter.nf_conntrack_max'],
  ['net.ipv4.netfilter.ip_conntrack_count', 'net.ipv4.netfilter.ip_conntrack_max'],
])

/** A limit that somebody has set to less than any kernel sets by itself. */
export interface SmallLimit {
  readonly row: Fact<SettingRow>
  /** Less than kubelet, kube-proxy and calico-node take by themselves: it is reached all the time, whatever the count is now. */
  readonly isNever: boolean
}

/**
 * Limits that no node of a cluster gets by with. Counts go up and down, and are not always shown; a limit stays.
 *
 * @see torvalds/linux:Documentation/networking/nf_conntrack-sysctl.rst (1024 buckets at least), net/ipv4/arp.c (gc_thresh1 to 3)
 */
export const smallLimits = (view: Reads<'settings'>): readonly SmallLimit[] =>
  view.rows('settings').flatMap((row) => {
    const least = row.of === 'sysctl' && row.in === undefined ? leasts.get(row.name) : undefined
    // 0 is no limit.
    if (least === undefined || !/^[1-9]\d*$/.test(row.value) || Number(row.value) >= least.usual) return []
    return [{ row, isNever: Number(row.value) < least.ever }]
  })

const leasts: ReadonlyMap<string, { readonly usual: number; readonly ever: number }> = new Map([
  ['net.netfilter.nf_conntrack_max', { usual: 1024, ever: 32 }],
  ['net.ipv4.neigh.default.gc_thresh3', { usual: 128, ever: 4 }],
])

/** `fs.file-nr = 9632  0  9632`: in use, free, limit. */
function ofFileNr(row: Fact<SettingRow>): readonly Filling[] {
  const [used, , limit] = row.value.split(/\s+/).map(Number)
  return used === undefined || limit === undefined ? [] : filling(row, used, limit)
}

const filling = (row: Fact<SettingRow>, count: number, limit: number): readonly Filling[] =>
  Number.isFinite(count) && limit > 0 ? [{ name: row.name, part: count / limit, row }] : []
