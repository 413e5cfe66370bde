import { clusterSubject, isSameSubject, renderSubject } from '#cluster/subjects.ts'
import type { Symptom } from '#cluster/symptoms.ts'
import { type Candidate, cheapestCover } from '#diagnosis/cover.ts'
import { firmCover } from '#diagnosis/firm-cover.ts'
import type { Judgement } from '#diagnosis/judge.ts'
import { has, price, support } from '#diagnosis/support.ts'
import {
  type Cause,
  type Confidence,
  type Finding,
  type Found,
  type Likeness,
  type Mode,
  sameFact,
} from '#diagnosis/types.ts'

export interface Explanation {
  readonly causes: readonly Cause[] // most likely first
  readonly preventive: readonly Cause[]
  readonly unexplained: readonly Symptom[]
}

type Suspect = Candidate<Found>

const noLikeness: Likeness = new Map()

interface ExplainOptions {
  readonly isComplaint?: boolean
  /** Whether what merely fits, and likeness to a page, may be named as possible. */
  readonly mayGuess?: boolean
  readonly likeness?: Likeness
}

/**
 * Picks the smallest, best supported set of findings that explains the symptoms of now (parsimonious covering), and adds
 * every other finding with decisive evidence of its own: what is proven is true even where it is not needed. Of a complaint
 * in which nothing is proven, the next best readings follow as `possible`, so that nobody takes a guess for the only one.
 */
export function explain(
  judgements: readonly Judgement[],
  symptoms: readonly Symptom[],
  { isComplaint = false, mayGuess = false, likeness = new Map() }: ExplainOptions = {},
): Explanation {
  const now = symptoms.filter((symptom) => symptom.when === 'now')
  const all = judgements.flatMap((judgement) => suspectsOf(judgement, now)).toSorted(byWeight)
  const suspects = all.filter(
    (one) => !one.value.finding.preventive && isCausal(one, { isComplaint, mayGuess }),
  )
  const explaining = suspects.filter(({ covers }) => covers.size > 0)
  // People tell of guesses as they tell of facts: of a complaint the fewest causes are the best reading.
  const cover = isComplaint ? cheapestCover(explaining) : firmCover(explaining, isFirm)
  const needed = withoutRedundant(withProven(cover, explaining))
  const chosen = [...needed, ...selfStanding(suspects, needed)]
  const around = { chosen, suspects, now, judgements, likeness: mayGuess ? likeness : noLikeness }
  const causes = chosen.map((one) => causeOf(one, around)).toSorted(byConfidence)
  // What could be the reason, and could as well not be, explains nothing yet.
  const explained = new Set(causes.flatMap((one) => (one.confidence === 'possible' ? [] : one.explains)))
  return {
    causes: isComplaint ? [...causes, ...alternatives(causes, around)] : causes,
    // A wrong state that makes no symptom of now happen has not broken anything (yet).
    preventive: all
      .filter((one) => !suspects.includes(one) && !isOver(one) && isSupported(one))
      .map((one) => causeOf(one, { ...around, suspects: [] })),
    unexplained: now.filter((symptom) => !explained.has(symptom)),
  }
}

/** What was said at a time, and shows in no symptom of now, has passed: no state of it is left that could break something. */
const isOver = ({ value: { finding } }: Suspect): boolean =>
  !finding.preventive &&
  finding.evidence.every(({ weight, from }) => weight === 'against' || from.atMs !== undefined)

/** What merely fits is no wrong state that waits to happen. */
const isSupported = ({ value: { finding } }: Suspect): boolean =>
  finding.preventive || has(finding, 'decisive') || has(finding, 'strong')

/** It explains something; or somebody complains, and this is what is wrong in what they show. */
const isCausal = (
  { covers, value }: Suspect,
  { isComplaint, mayGuess }: { readonly isComplaint: boolean; readonly mayGuess: boolean },
): boolean =>
  covers.size > 0 ||
  (isComplaint && (has(value.finding, 'decisive') || has(value.finding, 'strong') || mayGuess))

/**
 * Of a complaint: what is wrong though no symptom was shown with it. What is not proven counts only while nothing better
 * supported is known at the same place; what merely fits, only while there is nothing else at all.
 */
function selfStanding(suspects: readonly Suspect[], needed: readonly Suspect[]): readonly Suspect[] {
  const alone = suspects.filter((one) => one.covers.size === 0)
  const certain = alone.filter(({ value }) => has(value.finding, 'decisive'))
  const others = [...needed, ...certain]
  const isBest = (one: Suspect): boolean =>
    has(one.value.finding, 'strong')
      ? !others.some(
          (other) => isNear(one, other) && support(other.value.finding) >= support(one.value.finding),
        )
      : others.length === 0
  const guesses = alone.filter((one) => !certain.includes(one) && isBest(one))
  return [...certain, ...guesses.slice(0, 1)]
}

/** At the same place, or one of the two was not placed. */
function isNear(one: Suspect, other: Suspect): boolean {
  const [a, b] = [one.value.finding.about, other.value.finding.about]
  return a.kind === 'cluster' || b.kind === 'cluster' || isSameSubject(a, b)
}

const causesMax = 3

/**
 * Other readings of what is not proven: findings that explain part of the same, or stand beside it; then, for symptoms that
 * nothing proven explains, modes that make such symptoms and whose page reads most like what was shown.
 */
function alternatives(causes: readonly Cause[], around: Around): readonly Cause[] {
  if (causes.some(({ confidence }) => confidence === 'confirmed')) return []
  const isLikely = causes.some(({ confidence }) => confidence === 'likely')
  const named = new Set(causes.map(({ mode }) => mode.id))
  const found = around.suspects
    // Beside something likely only what is nearly as well supported is worth a line.
    .filter((one) => !around.chosen.includes(one) && (!isLikely || has(one.value.finding, 'strong')))
    .toSorted((a, b) => byWeight(a, b) || likenessOf(b, around) - likenessOf(a, around))
    .map((one): Cause => ({ ...causeOf(one, around), confidence: 'possible' }))
  const others = [...found, ...(isLikely ? [] : likeCauses(causes, around))].filter(
    ({ mode }) => !named.has(mode.id),
  )
  const distinct = [...new Map(others.toReversed().map((one) => [one.mode.id, one])).values()].toReversed()
  return distinct.slice(0, Math.max(0, causesMax - causes.length))
}

const likenessOf = ({ value }: Suspect, { likeness }: Around): number => likeness.get(value.mode.id) ?? 0

/** Below this a text shares no more than common words with a page (two pages of one subject: about 0.3). */
const likenessMin = 0.06

/** Modes that nothing speaks for but their page. Those that are certainly not there are left out. */
function likeCauses(causes: readonly Cause[], { now, judgements, likeness }: Around): readonly Cause[] {
  const told = new Set(
    causes.filter(({ confidence }) => confidence !== 'possible').flatMap((one) => one.explains),
  )
  const open = now.filter((symptom) => !told.has(symptom))
  return judgements
    .filter(({ unknown }) => unknown.length > 0)
    .flatMap(({ mode }) => {
      const score = likeness.get(mode.id) ?? 0
      const explains = open.filter(({ id }) => mode.symptoms.includes(id))
      return score < likenessMin || explains.length === 0 ? [] : [{ mode, score, explains }]
    })
    .toSorted((a, b) => b.score - a.score || (a.mode.id < b.mode.id ? -1 : 1))
    .map(({ mode, explains }) => likeCause(mode, explains))
}

/** It explains these symptoms if it is true; what it rests on is the page alone, and the finding says so. */
function likeCause(mode: Mode, explains: readonly Symptom[]): Cause {
  const [first] = explains
  const says = 'reads like the page of this mode'
  const finding: Finding = {
    about: first?.about ?? clusterSubject,
    says: 'nothing that was shown decides it; what was shown reads like its page',
    evidence: first === undefined ? [] : [{ weight: 'weak', says, from: first.from }],
    preventive: false,
    state: undefined,
  }
  return { mode, finding, confidence: 'possible', explains, rivals: [] }
}

interface Around {
  readonly chosen: readonly Suspect[]
  readonly suspects: readonly Suspect[]
  readonly now: readonly Symptom[]
  readonly judgements: readonly Judgement[]
  readonly likeness: Likeness
}

const suspectsOf = ({ mode, view, findings }: Judgement, now: readonly Symptom[]): readonly Suspect[] =>
  findings
    .filter((finding) => finding.preventive || support(finding) > 0)
    .map((finding) => ({
      value: { mode, finding },
      price: price(finding),
      covers: finding.preventive
        ? new Set()
        : new Set(
            now.flatMap((symptom, index) =>
              mode.symptoms.includes(symptom.id) && mode.detector.explains(finding, symptom, view)
                ? [index]
                : [],
            ),
          ),
    }))

function withProven(chosen: readonly Suspect[], suspects: readonly Suspect[]): readonly Suspect[] {
  const proven = suspects.filter((one) => has(one.value.finding, 'decisive') && !chosen.includes(one))
  const told = [...chosen]
  for (const one of proven.toSorted((a, b) => b.covers.size - a.covers.size))
    if (!told.some((other) => isReadingOfSameFact(one, other))) told.push(one)
  return told
}

/** Two modes that read the same decisive fact: the one that explains more has understood it. */
function isReadingOfSameFact(one: Suspect, other: Suspect): boolean {
  if (!isSubset(one.covers, other.covers)) return false
  const decisive = ({ value }: Suspect) => value.finding.evidence.filter((each) => each.weight === 'decisive')
  return decisive(one).some((mine) => decisive(other).some((theirs) => sameFact(mine.from, theirs.from)))
}

/** What was assumed for symptoms that a proven cause explains as well is not needed any more. */
function withoutRedundant(chosen: readonly Suspect[]): readonly Suspect[] {
  return chosen.filter((one) => {
    if (has(one.value.finding, 'decisive')) return true
    const others = new Set(
      chosen.filter((other) => isBetter(other, one)).flatMap((other) => [...other.covers]),
    )
    return !isSubset(one.covers, others)
  })
}

/** Better supported; among equals the earlier one, so that two never rule each other out. */
const isBetter = (other: Suspect, one: Suspect): boolean => other !== one && byWeight(other, one) < 0

function causeOf(one: Suspect, { chosen, suspects, now }: Around): Cause {
  const rivals = suspects.filter((other) => isRival(other, one))
  return {
    ...one.value,
    confidence: confidenceOf(one, rivals),
    explains: now.filter((_, index) => one.covers.has(index)),
    rivals: rivals.filter((other) => !chosen.includes(other)).map((other) => other.value),
  }
}

/** Another mode that explains part of the same; or, where neither explains a symptom, speaks of the same place. */
const isRival = (other: Suspect, one: Suspect): boolean =>
  other.value.mode.id !== one.value.mode.id &&
  ([...other.covers].some((item) => one.covers.has(item)) ||
    (other.covers.size === 0 && one.covers.size === 0 && isNear(other, one)))

function confidenceOf(one: Suspect, rivals: readonly Suspect[]): Confidence {
  const { finding } = one.value
  // A rival that is proven too, and explains all that this one does, may be the only one that is real.
  const isContested = rivals.some(
    (other) => has(other.value.finding, 'decisive') && isSubset(one.covers, other.covers),
  )
  if (has(finding, 'decisive') && !has(finding, 'against') && !isContested) return 'confirmed'
  return isFirm(one) ? 'likely' : 'possible'
}

/** More than merely possible. */
const isFirm = ({ value: { finding } }: Suspect): boolean =>
  has(finding, 'decisive') || (has(finding, 'strong') && !has(finding, 'against'))

/** Best supported first; then what explains more; then by name, so that the order never depends on the facts' order. */
const byWeight = (a: Suspect, b: Suspect): number =>
  support(b.value.finding) - support(a.value.finding) ||
  b.covers.size - a.covers.size ||
  byName(a.value, b.value)

const grades: readonly Confidence[] = ['confirmed', 'likely', 'possible']

const byConfidence = (a: Cause, b: Cause): number =>
  grades.indexOf(a.confidence) - grades.indexOf(b.confidence) ||
  b.explains.length - a.explains.length ||
  support(b.finding) - support(a.finding) ||
  byName(a, b)

function byName(a: Found, b: Found): number {
  const [left, right] = [nameOf(a), nameOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

const nameOf = ({ mode, finding }: Found): string =>
  `${mode.id} ${renderSubject(finding.about)} ${finding.says}`

const isSubset = (one: ReadonlySet<number>, other: ReadonlySet<number>): boolean =>
  [...one].every((item) => other.has(item))
