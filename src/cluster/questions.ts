import type { Subject } from '#cluster/facts.ts'
import type { RelationName } from '#cluster/relations.ts'

/** A question that is still open, as the command a person would type. */
export interface Question {
  readonly command: string
  readonly why: string
  /** Which relations, about whom, the answer fills. */
  readonly fills: readonly { readonly relation: RelationName; readonly about: Subject }[]
  /** What it takes, in list calls; default: the dearest relation that it fills. A person's look at a node costs 5. */
  readonly cost?: number
}
