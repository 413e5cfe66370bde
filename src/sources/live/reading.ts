/** What one look at a cluster yields: rows, and how far each relation was read. Joined in a fixed order, whatever answered first. */
import type { Coverage, MissingReason, Provenance, Subject } from '#cluster/facts.ts'
import type { RelationName, Relations } from '#cluster/relations.ts'
import type { ApiTrouble, ApiTroubleKind } from '#sources/live/api.ts'

export type ReadRow = {
  [R in RelationName]: { readonly relation: R; readonly row: Relations[R]; readonly from: Provenance }
}[RelationName]

export interface ReadCoverage {
  readonly relation: RelationName
  readonly coverage: Coverage
  /** Omitted: the relation as a whole. */
  readonly about?: Subject
}

export interface Reading {
  readonly rows: readonly ReadRow[]
  readonly covered: readonly ReadCoverage[]
}

export const nothing: Reading = { rows: [], covered: [] }

export const joined = (readings: readonly Reading[]): Reading => ({
  rows: readings.flatMap(({ rows }) => rows),
  covered: readings.flatMap(({ covered }) => covered),
})

export const complete: Coverage = { kind: 'complete' }
export const partial: Coverage = { kind: 'partial' }

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

export const notAsked = (says: string): Coverage => ({ kind: 'missing', why: 'not-asked', says })
