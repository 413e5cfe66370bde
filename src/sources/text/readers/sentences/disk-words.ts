/** `the root disk ran full`, `no space left on /var`: full disks told in words. */
import type { MountRow } from '#cluster/relations/mounts.ts'
import { claimsOf } from '#sources/text/readers/sentences/claims.ts'

/** The disk of a node that the words of one sentence call full. */
export function disksSaid(words: readonly string[]): readonly MountRow[] {
  const isFull = claimsOf(words, { of: disks, says: full }).some(({ isDenied }) => !isDenied)
  if (!isFull || words.some((word) => others.has(word))) return []
  const path = words.find((word) => /^\/(?:var(?:\/[\w./-]{1,80})?)?$/.test(word)) ?? '/'
  return [{ node: '', path, options: [], toldBy: 'mounted', usedPercent: 100 }]
}

const set = (text: string): ReadonlySet<string> => new Set(text.split('|'))

const disks = set(
  'disk|disks|root disk|filesystem|file system|partition|root partition|/|/var|/var/lib|/var/lib/docker|/var/lib/containerd|/var/lib/kubelet|/var/log|ephemeral storage|ephemeral-storage',
)
const full = set(
  'full|ran full|runs full|100%|100% full|ran out|out of space|filled up|fills up|no space|no free space|exhausted|used up',
)
/** Disks that are no node's. */
const others = set('pvc|pv|nfs|etcd|s3|database|registry|laptop|volume')
