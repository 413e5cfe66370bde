import { seeded } from '#base/random.ts'

/** In an order that the seed's text alone decides. */
export function shuffled<T>(items: readonly T[], seed: string): readonly T[] {
  const random = seeded(seed)
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
