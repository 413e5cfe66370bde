/** The name that somebody may have meant: a third of what was typed may be wrong, and its end may be missing; undefined where none is near. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const away = (name: string): number =>
    Math.min(distance(typed, name), 1 + distance(typed, name.slice(0, typed.length)))
  const [best] = names.map((name) => ({ name, away: away(name) })).sort((a, b) => a.away - b.away)
  return best !== undefined && best.away <= Math.max(1, typed.length / 3) ? best.name : undefined
}

/** How many letters have to be put in, left out or changed (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (const [at, other] of [...to].entries())
      next.push(
        Math.min(
          (row[at] as number) + (letter === other ? 0 : 1),
          (row[at + 1] as number) + 1,
          (next[at] as number) + 1,
        ),
      )
    row = next
  }
  return row.at(-1) as number
}
