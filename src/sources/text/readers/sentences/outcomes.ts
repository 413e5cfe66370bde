/** What came of something that was tried, by the words around it. */
import type { AttemptRow } from '#cluster/relations/attempts.ts'
import { clausesOf, stateOf } from '#sources/text/readers/sentences/clauses.ts'

export type Outcome = AttemptRow['outcome']

/** @param words of the sentence or remark, as `wordsOf` gives them */
export function outcomeOf(words: readonly string[]): Outcome {
  const text = ` ${words.join(' ')} `
  for (const [outcome, phrases] of idioms) if (phrases.some((phrase) => text.includes(phrase))) return outcome
  return ofState(words)
}

const phrases = (text: string): readonly string[] => text.split('|').map((phrase) => ` ${phrase} `)

/** In this order: what did not help is told with the words for help. */
const idioms: readonly (readonly [Outcome, readonly string[]])[] = [
  [
    'no-change',
    phrases(
      'not help|not helped|not fix|not fixed|not solve|not solved|not resolve|not resolved|not change|not make difference|not cure|not work either|no effect|without effect|no change|no changes|no difference|no improvement|no luck|no success|without success|in vain|to no avail|nothing changed|changed nothing|did nothing|does nothing|unchanged|still broken|still fails|still failing|still not|still no|still happens|still times|still hangs|still same|persists|persisted|remains|same error|same problem|same issue|same result|same behaviour|same behavior|as before|not it|useless|not enough',
    ),
  ],
  ['worse', phrases('worse|even worse|worsened|worsens|deteriorated')],
  [
    'broke',
    phrases(
      'broke|breaks|broke it|broke everything|stopped working|stops working|killed network|made node unreachable|lost connection',
    ),
  ],
  [
    'cured',
    phrases(
      'fixed|fixes|fixed it|fixed that|solved|solves|resolves it|resolved it|resolved issue|resolves issue|cured|cures|cure|helps|helped|heals|healed|repaired|repairs|makes it work|made it work|makes everything work|did trick|does trick|back to normal|is gone|was gone|are gone|went away|goes away|disappeared|recovered|was fix|is fix|was solution|is solution|solution was|fix was|works again|work again|works now|work now|works fine|worked again|workaround|became ready|becomes ready|is ready again|all good|back up|is stable|are stable|was stable|runs stable|been stable|stays stable|stable again|stable since|stable now|not happened again|not happened since|not come back|not reappeared',
    ),
  ],
]

const linking = new Set([
  ':',
  'after',
  'with',
  'once',
  'then',
  'now',
  'again',
  'afterwards',
  'when',
  '->',
  '→',
  'so',
  'as',
  'upon',
  'without',
])

/** `with firewalld stopped, pods can reach the API server`: what works or fails with it. */
function ofState(words: readonly string[]): Outcome {
  if (!words.some((word) => linking.has(word))) return isAloneWorking(words) ? 'cured' : 'unknown'
  const told = clausesOf(words).filter((clause) => clause.state !== undefined)
  // `it works, for others not`: what it was done for works.
  const isPartial = told.some(({ state }) => state === 'works') && words.at(-1) === 'not'
  const state = isPartial ? 'works' : told.at(-1)?.state
  if (state === 'works') return 'cured'
  if (state === 'fails') return words.includes('still') || words.includes('again') ? 'no-change' : 'broke'
  return 'unknown'
}

/** A remark of few words behind a command: `# works`, `# ok`. */
const isAloneWorking = (words: readonly string[]): boolean => words.length <= 4 && stateOf(words) === 'works'

/** `80 Mbit/s -> 9 Gbit/s`: it runs faster now. Undefined where no two rates are told. */
export function outcomeOfRates(text: string): Outcome | undefined {
  const m =
    /(?<before>\d[\d.]{0,9})(?: ?[-–] ?\d[\d.]{0,9})? ?(?<unit>[KMG])(?:i?bit|bps|B|b)\S{0,6} {0,3}(?:-+>|=+>|→|to) {0,3}(?<after>\d[\d.]{0,9})\+?(?: ?[-–] ?\d[\d.]{0,9})? ?(?<unit2>[KMG])(?:i?bit|bps|B|b)/i.exec(
      text.slice(0, 400),
    )?.groups
  if (m === undefined) return undefined
  const [before, after] = [rate(m.before, m.unit), rate(m.after, m.unit2)]
  if (after >= before * 1.5) return 'cured'
  return after * 1.5 <= before ? 'worse' : 'no-change'
}

const rate = (count = '', unit = ''): number =>
  Number.parseFloat(count) * ({ k: 1e3, m: 1e6, g: 1e9 }[unit.toLowerCase()] ?? 1)
