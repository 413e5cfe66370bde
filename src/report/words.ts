/** The engine's values in the words of a report. */
import type { MissingReason } from '#cluster/facts.ts'
import type { Owner } from '#diagnosis/types.ts'

export const ownerWords: Readonly<Record<Owner, string>> = {
  node: 'whoever owns the node (its operating system, its provisioning)',
  cluster: 'the cluster’s owner',
  provider: 'the provider of the cluster',
  network: 'the network team',
  application: 'the application’s owner',
}

export const missingWords: Readonly<Record<MissingReason | 'partial', string>> = {
  forbidden: 'not allowed',
  'timed-out': 'timed out',
  unreachable: 'not reachable',
  failed: 'could not be read',
  'not-running': 'the container to look from was not running',
  'not-in-bundle': 'not in the bundle',
  'not-in-text': 'not in the text',
  'not-asked': 'not asked',
  partial: 'read only in part',
}

/** `just now`, `12 minutes ago`, `3 hours ago`. Whole units, rounded down. */
export function age(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 120) return `${minutes} minute${minutes === 1 ? '' : 's'} ago`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} hours ago` : `${Math.floor(hours / 24)} days ago`
}
