import type { Finding, Weight } from '#diagnosis/types.ts'

/** A decisive fact outweighs any number of signs that merely fit. */
const points: Readonly<Record<Weight, number>> = { decisive: 100, strong: 10, weak: 1, against: -10 }

/** How well the evidence carries the finding. Equal signs count once, so that repetition is no proof. */
export const support = (finding: Finding): number => {
  const distinct = new Map(finding.evidence.map(({ weight, says }) => [`${weight} ${says}`, points[weight]]))
  return [...distinct.values()].reduce((sum, each) => sum + each, 0)
}

export const has = (finding: Finding, weight: Weight): boolean =>
  finding.evidence.some((each) => each.weight === weight)

/**
 * What it costs to assume this finding. Two decisive findings are assumed before one strong one, and one strong one
 * before two weak ones would be: fewest causes first, and among equally few the best supported.
 */
export function price(finding: Finding): number {
  const base = has(finding, 'decisive') ? 1 : has(finding, 'strong') ? 3 : 9
  return base + 9 * finding.evidence.filter((each) => each.weight === 'against').length
}
