import { type Candidate, cheapestCover } from '#diagnosis/cover.ts'

/**
 * The cheapest cover, in which a guess makes way for what is firm and covers all that it alone would: what is merely possible explains
 * nothing yet, however many it would save.
 */
export function firmCover<T>(
  candidates: readonly Candidate<T>[],
  isFirm: (one: Candidate<T>) => boolean,
): readonly Candidate<T>[] {
  const firm = candidates.filter(isFirm)
  const cheapest = cheapestCover(candidates)
  return cheapest
    .filter((one) => !isFirm(one))
    .reduce((chosen, guess) => {
      const others = chosen.filter((one) => one !== guess)
      const open = [...guess.covers].filter((item) => !covers(others, item))
      return open.every((item) => covers(firm, item)) ? [...others, ...coverOf(open, firm)] : chosen
    }, cheapest)
}

const covers = <T>(chosen: readonly Candidate<T>[], item: number): boolean =>
  chosen.some((one) => one.covers.has(item))

/** The cheapest that covers these items, whatever else it covers. */
function coverOf<T>(items: readonly number[], candidates: readonly Candidate<T>[]): readonly Candidate<T>[] {
  const open = new Set(items)
  const helpful = candidates
    .map((value) => ({
      ...{ value, price: value.price },
      covers: new Set([...value.covers].filter((item) => open.has(item))),
    }))
    .filter((one) => one.covers.size > 0)
  return cheapestCover(helpful).map(({ value }) => value)
}
