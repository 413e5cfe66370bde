/** `the pool has no outgoing NAT`, `natOutgoing is off`: what people say of a pool's way out. */

/** Whether a sentence says that outgoing NAT is not there; undefined where it says nothing of it, or that it is on. */
export function natOffSaid(words: readonly string[]): true | undefined {
  const at = words.findIndex((word, index) => isNat(word, words[index + 1]))
  if (at === -1) return undefined
  const before = words.slice(Math.max(0, at - reach), at)
  const behind = words.slice(at + 1, at + 1 + reachBehind)
  const isOff =
    before.some((word) => lacking.has(word)) ||
    (behind.some((word) => linking.has(word)) && behind.some((word) => off.has(word)))
  return isOff && !before.some((word) => acting.has(word)) ? true : undefined
}

const reach = 2
/** `natOutgoing of the pool was set to false`. */
const reachBehind = 7

const isNat = (word: string, next: string | undefined): boolean =>
  ['nat-outgoing', 'natoutgoing', 'outgoing-nat'].includes(word) ||
  ['outgoing nat', 'nat outgoing'].includes(`${word} ${next}`)

const lacking = new Set('without no lacks lacking missing'.split(' '))
const linking = new Set('is was are were had has'.split(' '))
const off = new Set('off false disabled missing absent not'.split(' '))
/** Who did something to it tells of an attempt. */
const acting = new Set('enabled enabling enable set setting switched disabled disabling'.split(' '))
