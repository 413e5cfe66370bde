/** Versions, compared as people mean it. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { VersionRow } from '#cluster/relations.ts'

export const versionsOf = (facts: Reads<'versions'>, ...of: readonly string[]): readonly Fact<VersionRow>[] =>
  facts.rows('versions').filter((row) => of.includes(row.of))

/** Calico's own version, from any of its images or banners. */
export const calicoVersions = (facts: Reads<'versions'>): readonly Fact<VersionRow>[] =>
  versionsOf(facts, 'calico', 'calico/node', 'calico/cni', 'calico/typha', 'calico/kube-controllers')

/** Whether a version is older than another: `v3.9.1` than `3.12`. Undefined where it has no number. */
export function isBefore(version: string, other: string): boolean | undefined {
  const [a, b] = [numbersOf(version), numbersOf(other)]
  if (a.length === 0 || b.length === 0) return undefined
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

const numbersOf = (version: string): readonly number[] =>
  (/\d+(?:\.\d+){0,3}/.exec(version)?.[0] ?? '').split('.').filter(Boolean).map(Number)
