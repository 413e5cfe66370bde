/** Where two lists differ: what lies between what they have in common at their beginning and at their end. */
export interface ListChange<T> {
  /** Where the difference begins, in both. */
  readonly from: number
  readonly gone: readonly T[]
  readonly come: readonly T[]
}

/** Elements are told by their identity. Costs little where most of a long list is as it was. */
export function listChange<T>(before: readonly T[], after: readonly T[]): ListChange<T> {
  const shorter = Math.min(before.length, after.length)
  let from = 0
  while (from < shorter && before[from] === after[from]) from++
  let same = 0
  while (same < shorter - from && before[before.length - 1 - same] === after[after.length - 1 - same]) same++
  return {
    from,
    gone: before.slice(from, before.length - same),
    come: after.slice(from, after.length - same),
  }
}

/** {@link listChange} without what lies between the first and the last change and is in both lists: none of either is in the other. */
export function differing<T>(
  before: readonly T[],
  after: readonly T[],
): Pick<ListChange<T>, 'gone' | 'come'> {
  const { gone, come } = listChange(before, after)
  if (gone.length === 0 || come.length === 0) return { gone, come }
  const [were, are] = [new Set(gone), new Set(come)]
  return { gone: gone.filter((each) => !are.has(each)), come: come.filter((each) => !were.has(each)) }
}
