import type { Coverage, MissingReason } from '#cluster/facts.ts'
import type { ApiTrouble, ApiTroubleKind } from '#sources/live/api.ts'

/** The coverage that a refused call leaves behind. */
export const missingBy = (trouble: ApiTrouble): Coverage => ({
  kind: 'missing',
  why: reasons[trouble.kind],
  says: trouble.says,
})

const reasons: Readonly<Record<ApiTroubleKind, MissingReason>> = {
  unauthorized: 'forbidden',
  forbidden: 'forbidden',
  'not-found': 'failed',
  'bad-request': 'failed',
  'not-running': 'not-running',
  'server-error': 'failed',
  garbage: 'failed',
  'timed-out': 'timed-out',
  unreachable: 'unreachable',
  untrusted: 'unreachable',
  'over-budget': 'not-asked',
}
