/**
 * The cheapest set of candidates that covers every item which some candidate covers (weighted set cover). Exact by branch
 * and bound on the item with the fewest candidates; after `stepsMax` steps the best set found so far, which starts as
 * the greedy one, is good enough.
 *
 * The answer depends on the order of `candidates` alone (earlier ones win ties): sort them.
 *
 * @see Reggia, Nau, Wang: Diagnostic expert systems based on a set covering model (1983)
 */
export interface Candidate<T> {
  readonly value: T
  readonly covers: ReadonlySet<number>
  readonly price: number
}

const stepsMax = 20_000

export function cheapestCover<T>(candidates: readonly Candidate<T>[]): readonly Candidate<T>[] {
  const items = rarestFirst(candidates)
  let best = greedyCover(candidates, items)
  let bestPrice = total(best)
  let steps = 0

  const search = (chosen: readonly Candidate<T>[], price: number): void => {
    if (price >= bestPrice || steps++ > stepsMax) return
    const open = items.find((item) => !chosen.some((one) => one.covers.has(item)))
    if (open === undefined) {
      best = chosen
      bestPrice = price
      return
    }
    for (const candidate of candidates)
      if (candidate.covers.has(open)) search([...chosen, candidate], price + candidate.price)
  }

  search([], 0)
  return best
}

const total = <T>(chosen: readonly Candidate<T>[]): number => chosen.reduce((sum, one) => sum + one.price, 0)

function rarestFirst<T>(candidates: readonly Candidate<T>[]): readonly number[] {
  const counts = new Map<number, number>()
  for (const { covers } of candidates)
    for (const item of covers) counts.set(item, (counts.get(item) ?? 0) + 1)
  return [...counts].toSorted(([a, inA], [b, inB]) => inA - inB || a - b).map(([item]) => item)
}

function greedyCover<T>(
  candidates: readonly Candidate<T>[],
  items: readonly number[],
): readonly Candidate<T>[] {
  const chosen: Candidate<T>[] = []
  let open = new Set(items)
  while (open.size > 0) {
    const next = candidates.reduce((a, b) => (worth(b, open) > worth(a, open) ? b : a))
    chosen.push(next)
    open = new Set([...open].filter((item) => !next.covers.has(item)))
  }
  return chosen
}

const worth = <T>({ covers, price }: Candidate<T>, open: ReadonlySet<number>): number =>
  [...covers].filter((item) => open.has(item)).length / price
