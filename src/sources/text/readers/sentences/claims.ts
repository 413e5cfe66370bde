/** Whether something is said of a thing in the same clause: subject, predicate, and a denial between them. */
import { hasPhrase, phraseAt } from '#sources/text/readers/sentences/words.ts'

export interface Claim {
  /** Where the thing is named. */
  readonly at: number
  /** The predicate that was found. */
  readonly says: string
  readonly isDenied: boolean
  /** The predicate stands before the thing: `an evicted calico-node`. */
  readonly isBefore: boolean
}

/**
 * Each place where a subject is named and a predicate stands near it in its own clause: behind it, or just before it (`an active
 * firewalld`, `stale flannel rules`). Subjects and predicates have up to three words.
 */
export function claimsOf(
  words: readonly string[],
  { of, says }: { readonly of: ReadonlySet<string>; readonly says: ReadonlySet<string> },
): readonly Claim[] {
  if (!hasPhrase(words, of)) return []
  return words.flatMap((_, at) => {
    const length = lengthAt(words, at, of)
    if (length === 0) return []
    const behind = placesBehind(words, at + length)
    const before = placesBefore(words, at)
    const place = [...behind, ...before].find((index) => lengthAt(words, index, says) > 0)
    if (place === undefined) return []
    const end = place + lengthAt(words, place, says)
    const between =
      place > at
        ? words.slice(Math.max(0, at - 2), place)
        : [...words.slice(Math.max(0, place - 2), place), ...words.slice(end, at)]
    return [
      {
        at,
        says: words.slice(place, end).join(' '),
        isDenied: between.some((word) => denials.has(word)),
        isBefore: place < at,
      },
    ]
  })
}

const longest = 3
const reachBehind = 9
const reachBefore = 4

/** How many words the longest of these phrases takes here; 0: none. */
export function lengthAt(words: readonly string[], at: number, phrases: ReadonlySet<string>): number {
  for (let length = longest; length > 0; length--)
    if (at + length <= words.length && phrases.has(phraseAt(words, at, length))) return length
  return 0
}

function placesBehind(words: readonly string[], from: number): readonly number[] {
  const places: number[] = []
  for (let at = from; at < Math.min(words.length, from + reachBehind); at++) {
    if (parting.has(words[at] ?? '')) break
    places.push(at)
  }
  return places
}

function placesBefore(words: readonly string[], to: number): readonly number[] {
  const places: number[] = []
  for (let at = to - 1; at >= Math.max(0, to - reachBefore); at--) {
    if (parting.has(words[at] ?? '')) break
    places.push(at)
  }
  return places
}

const set = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Behind these another thing is spoken of; brackets only explain (`FORWARD (filter) is …`). */
const parting = set(', ; – — but while whereas although because since so')

const denials = set('not no without neither none')
