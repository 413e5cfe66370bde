/** What somebody says they did: verbs and what they were done to. */
import type { AttemptAct } from '#cluster/relations/attempts.ts'
import { type Deed, deeds } from '#sources/text/readers/sentences/deeds.ts'

export interface ToldAct {
  readonly act: AttemptAct
  readonly after?: string
  /** Told as done (`we disabled …`), not as a thing to do. */
  readonly isDone: boolean
}

export function actsSaid(words: readonly string[]): readonly ToldAct[] {
  const told = new Map<Deed, ToldAct>()
  for (const [at, word] of words.entries())
    for (const deed of [...(byVerb.get(word) ?? []), ...(byVerb.get(`${word} ${words[at + 1]}`) ?? [])])
      if (!told.has(deed) && isOn(deed, words, at) && !isATime(words, at))
        told.set(deed, toldAct(deed, words, at))
  return [...told.values()]
}

/** `disabl` + `ing`, `stopp` + `ed`; no noun that happens to start so: `settings`, `removal`. */
const endings = ['', 'e', 'es', 's', 'ed', 'ing', 'ting', 'y', 'ied', 'ying']

/** Deeds under each form of their verbs. */
const byVerb = new Map<string, Deed[]>()
for (const deed of deeds)
  for (const verb of deed.verbs)
    for (const ending of verb.includes(' ') ? [''] : endings) {
      const known = byVerb.get(verb + ending) ?? []
      known.push(deed)
      byVerb.set(verb + ending, known)
    }

const reach = 6

/** `worked before the reboot`, `until we restarted it`: nothing came of it. */
const isATime = (words: readonly string[], at: number): boolean =>
  words
    .slice(Math.max(0, at - 4), at)
    .some((word) => word === 'before' || word === 'until' || word === 'till')

/** The object behind the verb, with no other thing between; or before it: `firewalld was stopped`. */
function isOn({ on }: Deed, words: readonly string[], at: number): boolean {
  if (on === undefined) return true
  const isObject = (index: number): boolean => {
    const word = words[index] ?? ''
    // `name=value` is spoken of by its name.
    return on.has(word) || on.has(word.replace(/=.*$/, '')) || on.has(`${word} ${words[index + 1]}`)
  }
  for (let index = at + 1; index <= at + reach; index++) {
    if (isObject(index)) return true
    if (parting.has(words[index] ?? '')) break
  }
  for (let index = at - 1; index >= at - reach; index--) {
    if (isObject(index)) return true
    if (!linking.has(words[index] ?? ''))
      return isObject(index - 1) && on.has(`${words[index - 1]} ${words[index]}`)
  }
  return false
}

/** Behind these another thing is spoken of. */
const parting = new Set('on in at by with after before since and or for because , ; ( ) :'.split(' '))
/** What may stand between a thing and what was done to it. */
const linking = new Set(
  'was were is are has have had been being got get gets service rule rules limit limits completely temporarily manually already then'.split(
    ' ',
  ),
)

function toldAct({ act, value }: Deed, words: readonly string[], at: number): ToldAct {
  const near = words.slice(Math.max(0, at - 3), at + reach + 4)
  const after = value === undefined ? undefined : near.find((word) => value.test(word))
  return { act, isDone: isDone(words, at), ...(after !== undefined && { after }) }
}

/** A past form of which somebody is the doer: `we disabled`, `was stopped`, `Disabled ufw everywhere`. */
function isDone(words: readonly string[], at: number): boolean {
  const before = words.slice(Math.max(0, at - 3), at)
  if (before.some((word) => open.has(word))) return false
  const isPast = /(?:ed|set|built|put)$/.test(words[at] ?? '') || words[at + 1] === 'off'
  return isPast && (at === 0 || before.some((word) => doers.has(word)))
}

const open = new Set('to not will be can no'.split(' '))
const doers = new Set(
  'i we he she they you somebody someone was were has have had been got already just then also with after and'.split(
    ' ',
  ),
)
