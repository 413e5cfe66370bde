import type { Result } from '#base/result.ts'

/**
 * Keeps two people from repairing the same node. `acquire` fails only when somebody else holds it; where leases may not
 * be written there is nothing to hold and it succeeds.
 */
export interface Lease {
  acquire(): Promise<Result<string, { readonly holder: string; readonly forMs: number }>>
  release(): Promise<void>
}
