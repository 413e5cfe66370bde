/**
 * How much a text reads like the page of each failure mode: words weighted by how few pages use them (tf–idf, cosine).
 * Knowledge of mechanisms in prose, where no fact decides. It proves nothing: it ranks what is merely possible and chooses
 * the next question, and never makes a cause likely.
 */
export interface LikenessIndex {
  /** Modes whose page shares words with the text, by id, from 0 (exclusive) to 1. */
  of(text: string): ReadonlyMap<string, number>
}

export function likenessIndex(
  pages: readonly { readonly id: string; readonly text: string }[],
): LikenessIndex {
  const counted = pages.map(({ id, text }) => ({ id, counts: countsOf(text) }))
  const rarity = rarityOf(counted.map(({ counts }) => counts))
  const vectors = counted.map(({ id, counts }) => ({ id, vector: vectorOf(counts, rarity) }))
  return {
    of(text) {
      const asked = vectorOf(countsOf(text.slice(0, textMax)), rarity)
      const scores = vectors.map(({ id, vector }) => [id, product(asked, vector)] as const)
      return new Map(scores.filter(([, score]) => score > 0).toSorted(([, a], [, b]) => b - a))
    },
  }
}

/** A paste says what it is about soon; the rest of a long log is noise to a comparison of words. */
const textMax = 64 * 1024

type Counts = ReadonlyMap<string, number>

/** Words, and pairs of neighbours: `table full` says more than `table` and `full`. Numbers and names of things say nothing. */
function countsOf(text: string): Counts {
  const words = (text.toLowerCase().match(/[a-z][a-z0-9_.-]{1,40}/g) ?? []).map((word) =>
    word.replace(/[._-]+$/, ''),
  )
  const counts = new Map<string, number>()
  words.forEach((word, at) => {
    const next = words[at + 1]
    for (const term of next === undefined ? [word] : [word, `${word} ${next}`])
      counts.set(term, (counts.get(term) ?? 0) + 1)
  })
  return counts
}

/** ln(1 + pages ÷ pages with the word): a word on every page weighs little, one on a single page much. */
function rarityOf(pages: readonly Counts[]): Counts {
  const holding = new Map<string, number>()
  for (const counts of pages)
    for (const word of counts.keys()) holding.set(word, (holding.get(word) ?? 0) + 1)
  return new Map([...holding].map(([word, count]) => [word, Math.log(1 + pages.length / count)]))
}

/** Length 1; repeated words count by their logarithm. Words that no page has are left out. */
function vectorOf(counts: Counts, rarity: Counts): Counts {
  const weighed = [...counts].flatMap(([word, count]) => {
    const rare = rarity.get(word)
    return rare === undefined ? [] : [[word, (1 + Math.log(count)) * rare] as const]
  })
  const length = Math.hypot(...weighed.map(([, weight]) => weight))
  return new Map(weighed.map(([word, weight]) => [word, length === 0 ? 0 : weight / length]))
}

function product(a: Counts, b: Counts): number {
  let sum = 0
  for (const [word, weight] of a) sum += weight * (b.get(word) ?? 0)
  return sum
}
