import type { Debrief } from '#drill/measure/debrief.ts'
import type { Wear } from '#drill/measure/snapshot.ts'

/** A score with its arithmetic: the parts add up to the points. */
export interface Score {
  /** 0 to 100. */
  readonly points: number
  readonly parts: readonly Part[]
}

export interface Part {
  readonly title: string
  /** What could be had; 0 for a deduction. */
  readonly of: number
  readonly points: number
  readonly why: string
}

/** The best and the worst that somebody can do with the choices of a scenario, as a search has measured them. */
export interface Reach {
  readonly best: Measured
  readonly worst: Measured
}

export interface Measured {
  readonly minutes: number
  readonly lost: number
  /** What was chosen, in the order in which the game asks; absent where only the author's figures are known. */
  readonly letters?: readonly string[]
}

/** What a debrief is held against. */
export interface Grading {
  readonly reach: Reach
  readonly hints?: number
}

const minuteMs = 60_000

/**
 * Judges a debrief. 40 points for a cluster that is mended, 15 for a repair that lasts, 10 for what keeps it from coming again, 15
 * for time and 15 for customers (both between the best and the worst path), 5 for evidence that was seen. Choices that led nowhere, what
 * was not needed, what was left behind and an end without a look cost some.
 */
export function scoreOf(debrief: Debrief, { reach, hints = 0 }: Grading): Score {
  const { mended, lasting, prevention, customers, closedAfterMs } = debrief
  const minutes = (debrief.repairedAfterMs ?? closedAfterMs) / minuteMs
  const parts: readonly Part[] = [
    part('mended', 40, mended.holds ? 1 : 0, mended.says),
    part('lasts', 15, mended.holds ? share(lasting) : 0, trials(lasting)),
    part('cannot come again', 10, mended.holds ? share(prevention) : 0, trials(prevention)),
    part(
      'time',
      15,
      mended.holds ? between(minutes, { best: reach.best.minutes, worst: reach.worst.minutes }) : 0,
      `${Math.round(minutes)} minutes; best ${Math.round(reach.best.minutes)}, worst ${Math.round(reach.worst.minutes)}`,
    ),
    part(
      'customers',
      15,
      between(customers.lost, {
        best: Math.max(reach.best.lost, customers.lostBeforePage),
        worst: Math.max(reach.worst.lost, customers.lostAlone ?? 0),
      }),
      `${customers.lost} requests lost, ${customers.lostBeforePage} of them before the page`,
    ),
    evidencePart(debrief),
    ...deductions(debrief, hints),
  ]
  const sum = parts.reduce((total, { points }) => total + points, 0)
  return { points: Math.max(0, Math.min(100, sum)), parts }
}

const part = (title: string, of: number, share: number, why: string): Part => ({
  title,
  of,
  points: Math.round(of * share),
  why,
})

/** A scenario that tries nothing gives what is to be had. */
const share = (all: Debrief['lasting']): number =>
  all.length === 0 ? 1 : all.filter(({ holds }) => holds).length / all.length

const trials = (all: Debrief['lasting']): string =>
  all.length === 0
    ? 'nothing to try'
    : all.map(({ title, holds, says }) => (holds ? `${title}: holds` : `${title}: ${says}`)).join('. ')

/** 1 at the best or better, 0 at the worst or worse. */
function between(value: number, { best, worst }: { readonly best: number; readonly worst: number }): number {
  if (value <= best) return 1
  return worst <= best ? 0 : Math.max(0, 1 - (value - best) / (worst - best))
}

function evidencePart({ evidence }: Debrief): Part {
  const seen = evidence.filter(({ is }) => is.state === 'seen').length
  const destroyed = evidence.filter(({ is }) => is.state === 'destroyed').map(({ what }) => what)
  return part(
    'evidence',
    5,
    evidence.length === 0 ? 1 : seen / evidence.length,
    `${seen} of ${evidence.length} seen${destroyed.length === 0 ? '' : `; gone before anybody looked: ${destroyed.join(', ')}`}`,
  )
}

function deductions(
  { wear, untouched, verified, escalated, moves }: Debrief,
  hints: number,
): readonly Part[] {
  const less = (title: string, points: number, why: string): readonly Part[] =>
    points === 0 ? [] : [{ title, of: 0, points: -points, why }]
  const { reboots, cordonsLeft, podsGone } = wear
  const detours = moves.filter(({ move, leads }) => move.move === 'choose' && leads === 'again')
  return [
    ...less('hints', Math.min(12, 3 * hints), `${hints} asked for`),
    ...less('detours', Math.min(14, 2 * detours.length), `${detours.length} choices that led nowhere`),
    ...less('closed without a look', verified ? 0 : 5, 'nobody looked after the last change'),
    ...less('escalated', escalated ? 2 : 0, 'all was not well when somebody else was woken'),
    ...less('cordons left behind', 5 * Math.min(1, cordonsLeft.length), cordonsLeft.join(', ')),
    ...less('reboots', Math.min(6, 2 * reboots.length), reboots.join(', ')),
    ...less('pods replaced', Math.min(5, Math.floor(podsGone.length / 4)), `${podsGone.length}`),
    ...(untouched === undefined ? [] : less('touched what was well', forNothing(wear), untouched.says)),
  ]
}

/** As much as a mended cluster is worth, at most. */
const forNothing = ({ podsGone, restarts, reboots, cordonsLeft, cordonsLifted }: Wear): number =>
  Math.min(
    40,
    10 * (reboots.length + cordonsLeft.length + cordonsLifted.length) + 2 * (podsGone.length + restarts),
  )
