import { renderSubject } from '#cluster/subjects.ts'
import type { Symptom } from '#cluster/symptoms.ts'
import { type Candidate, cheapestCover } from '#diagnosis/cover.ts'
import type { Judgement } from '#diagnosis/judge.ts'
import { has, price, support } from '#diagnosis/support.ts'
import { type Cause, type Confidence, type Found, sameFact } from '#diagnosis/types.ts'

export interface Explanation {
  readonly causes: readonly Cause[] // most likely first
  readonly preventive: readonly Cause[]
  readonly unexplained: readonly Symptom[]
}

type Suspect = Candidate<Found>

/**
 * Picks the smallest, best supported set of findings that explains the symptoms of now (parsimonious covering), and adds
 * every other finding with decisive evidence of its own: what is proven is true even where it is not needed.
 */
export function explain(judgements: readonly Judgement[], symptoms: readonly Symptom[]): Explanation {
  const now = symptoms.filter((symptom) => symptom.when === 'now')
  const all = judgements.flatMap((judgement) => suspectsOf(judgement, now)).toSorted(byWeight)
  const suspects = all.filter(({ value, covers }) => !value.finding.preventive && covers.size > 0)
  const chosen = withoutRedundant(withProven(cheapestCover(suspects), suspects))
  const covered = new Set(chosen.flatMap((one) => [...one.covers]))
  return {
    causes: chosen.map((one) => causeOf(one, { chosen, suspects, now })).toSorted(byConfidence),
    // A wrong state that makes no symptom of now happen has not broken anything (yet).
    preventive: all
      .filter((one) => !suspects.includes(one))
      .map((one) => causeOf(one, { chosen, suspects: [], now })),
    unexplained: now.filter((_, index) => !covered.has(index)),
  }
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
  return [...chosen, ...proven.filter((one) => !chosen.some((other) => isReadingOfSameFact(one, other)))]
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

function causeOf(
  one: Suspect,
  {
    chosen,
    suspects,
    now,
  }: { chosen: readonly Suspect[]; suspects: readonly Suspect[]; now: readonly Symptom[] },
): Cause {
  const rivals = suspects.filter(
    (other) =>
      other.value.mode.id !== one.value.mode.id && [...other.covers].some((item) => one.covers.has(item)),
  )
  return {
    ...one.value,
    confidence: confidenceOf(one, rivals),
    explains: now.filter((_, index) => one.covers.has(index)),
    rivals: rivals.filter((other) => !chosen.includes(other)).map((other) => other.value),
  }
}

function confidenceOf(one: Suspect, rivals: readonly Suspect[]): Confidence {
  const { finding } = one.value
  // A rival that is proven too, and explains all that this one does, may be the only one that is real.
  const isContested = rivals.some(
    (other) => has(other.value.finding, 'decisive') && isSubset(one.covers, other.covers),
  )
  if (has(finding, 'decisive') && !has(finding, 'against') && !isContested) return 'confirmed'
  return has(finding, 'decisive') || (has(finding, 'strong') && !has(finding, 'against'))
    ? 'likely'
    : 'possible'
}

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
