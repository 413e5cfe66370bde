/** What one look at a cluster or a text yields: rows, and how far each relation was read. Joined in a fixed order, whatever answered first. */
import type { Coverage, Provenance, Subject } from '#cluster/facts.ts'
import type { RelationName, Relations } from '#cluster/relations.ts'

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

export const notAsked = (says: string): Coverage => ({ kind: 'missing', why: 'not-asked', says })
