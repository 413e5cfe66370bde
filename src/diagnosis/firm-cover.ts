import { type Candidate, cheapestCover } from '#diagnosis/cover.ts'

/**
 * The cheapest cover, in which a guess makes way for what is firm and covers all that it alone would: what is merely possible explains
 * nothing yet, however many it would save. Of what a guess is still needed for, what is firm covers its part beside it.
 */
export function firmCover<T>(
  candidates: readonly Candidate<T>[],
  isFirm: (one: Candidate<T>) => boolean,
): readonly Candidate<T>[] {
  const firm = candidates.filter(isFirm)
  const cheapest = cheapestCover(candidates)
  const needed = cheapest
    .filter((one) => !isFirm(one))
    .reduce((chosen, guess) => {
      const others = chosen.filter((one) => one !== guess)
      const open = [...guess.covers].filter((item) => !covers(others, item))
      return open.every((item) => covers(firm, item)) ? [...others, ...coverOf(open, firm)] : chosen
    }, cheapest)
  return [...needed, ...besideGuesses(needed, isFirm, firm)]
}

/** What is firm and explains some of what, so far, only guesses were chosen for. */
function besideGuesses<T>(
  chosen: readonly Candidate<T>[],
  isFirm: (one: Candidate<T>) => boolean,
  firm: readonly Candidate<T>[],
): readonly Candidate<T>[] {
  const told = chosen.filter(isFirm)
  const guessed = new Set(chosen.filter((one) => !isFirm(one)).flatMap((one) => [...one.covers]))
  const open = [...guessed].filter((item) => !covers(told, item))
  return coverOf(open, firm)
}

const covers = <T>(chosen: readonly Candidate<T>[], item: number): boolean =>
  chosen.some((one) => one.covers.has(item))

/** The cheapest that covers these items, whatever else it covers. */
function coverOf<T>(items: readonly number[], candidates: readonly Candidate<T>[]): readonly Candidate<T>[] {
  const open = new Set(items)
  const helpful = candidates
    .map((value) => ({
      value,
      price: value.price,
      covers: new Set([...value.covers].filter((item) => open.has(item))),
    }))
    .filter((one) => one.covers.size > 0)
  return cheapestCover(helpful).map(({ value }) => value)
}
