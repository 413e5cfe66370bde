import type { RelationName, Relations } from '#cluster/relations.ts'

/** A row that an object or a file tells, before anybody says where it was read. */
export type Told = {
  [R in RelationName]: { readonly relation: R; readonly row: Relations[R] }
}[RelationName]

export const told = <R extends RelationName>(relation: R, row: Relations[R]): Told =>
  // The generic parameter ties the two together; the union does not follow it.
  ({ relation, row }) as unknown as Told

/** The same where there may be no row. */
export const toldIf = <R extends RelationName>(
  relation: R,
  row: Relations[R] | undefined,
): readonly Told[] => (row === undefined ? [] : [told(relation, row)])
