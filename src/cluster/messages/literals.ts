/**
 * Finds which of many literals occur in a text, in one pass over its characters (Aho and Corasick's automaton), letter
 * case of ASCII ignored. The cost per character does not depend on how many literals there are.
 */
export interface LiteralIndex {
  /** Indices of the literals that occur in `text`, ascending, each once. Empty for most texts. */
  find(text: string): readonly number[]
}

/** @param literals in lower case, none empty; several entries may share one literal */
export function literalIndex(literals: readonly string[]): LiteralIndex {
  const classes = characterClasses(literals)
  const { next, ends } = automaton(literals, classes)
  const width = classes.count
  // Small tables stay in the processor's cache: most of a text walks near the start of the automaton.
  const isEnd = Uint8Array.from(ends, (here) => (here === undefined ? 0 : 1))
  return {
    find(text) {
      let state = 0
      let found: Set<number> | undefined
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at)
        state = next[state * width + (code < 128 ? (classes.of[code] as number) : 0)] as number
        if (isEnd[state] === 0) continue
        found ??= new Set()
        for (const index of ends[state] ?? []) found.add(index)
      }
      return found === undefined ? none : [...found].sort((a, b) => a - b)
    },
  }
}

const none: readonly number[] = []

interface Classes {
  /** Class of each ASCII code; 0 = a character that no literal holds. */
  readonly of: Uint8Array
  readonly count: number
}

function characterClasses(literals: readonly string[]): Classes {
  const of = new Uint8Array(128)
  let count = 1
  for (const literal of literals)
    for (const letter of literal) {
      const code = letter.charCodeAt(0)
      if (code >= 128) throw new Error(`assertion failed: literal ${literal} is not ASCII`)
      if (of[code] === 0) of[code] = count++
    }
  for (let upper = 65; upper <= 90; upper++) of[upper] = of[upper + 32] as number
  return { of, count }
}

function automaton(literals: readonly string[], classes: Classes) {
  const width = classes.count
  const size = literals.reduce((sum, literal) => sum + literal.length, 1)
  const next = new Int32Array(size * width)
  const ends: (number[] | undefined)[] = [undefined]
  let states = 1
  literals.forEach((literal, index) => {
    let state = 0
    for (const letter of literal) {
      const edge = state * width + (classes.of[letter.charCodeAt(0)] as number)
      if (next[edge] === 0) {
        ends[states] = undefined
        next[edge] = states++
      }
      state = next[edge] as number
    }
    ends[state] = [...(ends[state] ?? []), index]
  })
  linkFailures({ next, ends, width })
  const used = next.subarray(0, states * width)
  return { next: states < 2 ** 16 ? Uint16Array.from(used) : used, ends }
}

/** Turns the trie into an automaton: where a literal breaks off, go on with the longest suffix that is another's start. */
function linkFailures(o: { next: Int32Array; ends: (number[] | undefined)[]; width: number }): void {
  const { next, ends, width } = o
  const failure = new Int32Array(next.length / width)
  const queue: number[] = []
  for (let edge = 0; edge < width; edge++) if (next[edge] !== 0) queue.push(next[edge] as number)
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] as number
    const back = failure[state] as number
    const inherited = ends[back]
    if (inherited !== undefined) ends[state] = [...(ends[state] ?? []), ...inherited]
    for (let edge = 0; edge < width; edge++) {
      const target = next[state * width + edge] as number
      const fallback = next[back * width + edge] as number
      if (target === 0) next[state * width + edge] = fallback
      else {
        failure[target] = fallback
        queue.push(target)
      }
    }
  }
}
