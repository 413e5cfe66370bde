/** A table whose entries are found by each of their spellings: `'-u --unit'`. */
export const bySpelling = <T>(
  entries: readonly (readonly [spellings: string, value: T])[],
): ReadonlyMap<string, T> =>
  new Map(entries.flatMap(([spellings, value]) => spellings.split(' ').map((each) => [each, value] as const)))
