import type { Result } from '#base/result.ts'

/**
 * Keeps two people from repairing the same node. `acquire` fails only when somebody else holds it; where leases may not
 * be written there is nothing to hold: it succeeds and says why nothing keeps others away.
 */
export interface Lease {
  acquire(): Promise<
    Result<{ readonly unheld?: string }, { readonly holder: string; readonly forMs: number }>
  >
  release(): Promise<void>
}
