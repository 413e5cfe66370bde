/** What every form of the damage report says, in words. */
import { durationText } from '#base/duration.ts'
import type { Debrief } from '#drill/measure/debrief.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { chosen } from '#drill/score/chosen.ts'
import type { Measured, Reach, Score } from '#drill/score/score.ts'
import { some } from '#report/layout.ts'

/** One game, judged. */
export interface Judged {
  readonly scenario: Scenario
  readonly debrief: Debrief
  readonly score: Score
  /** The best and the worst that the choices allow. */
  readonly reach?: Reach
}

export interface Fact {
  readonly head: string
  readonly says: string
}

/** Times, customers, what the engineer's acts wore, evidence. */
export const factsOf = (debrief: Debrief) =>
  ({
    times: { head: 'Times', says: timesOf(debrief) },
    customers: { head: 'Customers', says: customersOf(debrief) },
    acts: { head: 'Your acts', says: wearOf(debrief) },
    evidence: { head: 'Evidence', says: evidenceOf(debrief) },
  }) satisfies Readonly<Record<string, Fact>>

/** What the author wrote of the damage, as far as something was written. */
export function authorsFacts({ replay: { damage } }: Scenario): readonly Fact[] {
  const { downtime, blastRadius, optimal, worst } = damage
  const all = [
    { head: 'Downtime', says: downtime.words },
    { head: 'Blast radius', says: blastRadius.words },
    { head: 'Optimal', says: optimal.words },
    { head: 'Worst', says: worst.words },
  ]
  return all.filter(({ says }) => says !== '')
}

export interface BestPath {
  readonly says: string
  /** One choice each, with its round. */
  readonly steps: readonly Fact[]
}

/** The quickest repair that lasts, as a search over the choices has found it; undefined where none was made. */
export function bestPath(scenario: Scenario, { best, worst }: Partial<Reach> = {}): BestPath | undefined {
  if (best?.letters === undefined || worst === undefined) return undefined
  return {
    says: `${cost(best)}; the worst that was found: ${cost(worst)}`,
    steps: chosen(scenario, best.letters).map(({ round, choice: { letter, text } }) => ({
      head: `Round ${round}`,
      says: `${letter}) ${text}`,
    })),
  }
}

const cost = ({ minutes, lost }: Measured): string =>
  `${durationText(Math.round(minutes * 60_000))} to repair, ${lost} requests lost`

function timesOf(debrief: Debrief): string {
  const at = (ms: number | undefined): string =>
    ms === undefined ? 'never' : ms === 0 ? 'at once' : durationText(ms)
  const { pagedAtMs, struckAtMs, diagnosedAfterMs, mitigatedAfterMs, repairedAfterMs, closedAfterMs } =
    debrief
  return [
    debrief.untouched === undefined
      ? `paged ${durationText(pagedAtMs - struckAtMs)} after it broke`
      : 'paged, and nothing was broken',
    `cause seen: ${at(diagnosedAfterMs)}`,
    `customers served: ${at(mitigatedAfterMs)}`,
    `repaired: ${at(repairedAfterMs)}`,
    `closed: ${at(closedAfterMs)} after the page${debrief.escalated ? ' (somebody else had been woken)' : ''}`,
  ].join(' · ')
}

function customersOf({ customers: { requests, lost, lostAlone, downtimes } }: Debrief): string {
  const down = downtimes
    .filter(({ noneMs, someMs }) => noneMs + someMs > 0)
    .map(
      ({ tier, noneMs, someMs }) =>
        `${tier} ${[...(noneMs > 0 ? [`gone for ${durationText(noneMs)}`] : []), ...(someMs > 0 ? [`shaky for ${durationText(someMs)}`] : [])].join(', ')}`,
    )
  return [
    `${lost} of ${requests} requests lost${lostAlone === undefined ? '' : ` (${lostAlone} had nobody done anything)`}`,
    down.length === 0 ? 'no downtime' : down.join('; '),
  ].join(' · ')
}

const counted = (count: number, of: string): string => `${count} ${of}${count === 1 ? '' : 's'}`

function wearOf({
  wear: { podsGone, restarts, reboots, cordonsLeft, cordonsLifted },
  untouched,
}: Debrief): string {
  const all = [
    ...(podsGone.length > 0 ? [`${counted(podsGone.length, 'pod')} replaced (${some(podsGone)})`] : []),
    ...(restarts > 0 ? [`${counted(restarts, 'restart')} of containers`] : []),
    ...(reboots.length > 0 ? [`rebooted ${some(reboots)}`] : []),
    ...(cordonsLeft.length > 0 ? [`left cordoned: ${some(cordonsLeft)}`] : []),
    ...(untouched !== undefined && cordonsLifted.length > 0 ? [`uncordoned: ${some(cordonsLifted)}`] : []),
  ]
  return all.length === 0 ? 'wore nothing' : all.join(' · ')
}

const evidenceOf = ({ evidence }: Debrief): string =>
  evidence.length === 0
    ? 'none asked for'
    : evidence
        .map(({ what, is }) => {
          if (is.state === 'destroyed') return `${what}: gone before anybody looked, by "${is.by}"`
          return `${what}: ${is.state === 'seen' ? 'seen' : 'not looked at'}`
        })
        .join(' · ')
