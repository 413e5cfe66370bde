import type { RelationName } from '#cluster/relations.ts'
import type { Detector } from '#diagnosis/types.ts'

/** Lets the compiler infer from `needs` and `uses` what the detector may look at. */
export const defineDetector = <State, const Needs extends RelationName>(
  detector: Detector<State, Needs>,
): Detector<State, Needs> => detector
