import { durationText } from '#base/duration.ts'
import type { Debrief } from '#drill/measure/debrief.ts'
import type { Trial } from '#drill/measure/mended.ts'
import { trialsOf } from '#drill/measure/trials.ts'
import { withoutControls } from '#drill/replay/words.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import type { Score } from '#drill/score/score.ts'
import { blastLines, spanText } from '#report/drill/blast.ts'
import type { DrillTextOptions } from '#report/drill/text.ts'
import { columns, some, wrapped } from '#report/layout.ts'
import { type Palette, plainPalette } from '#report/types.ts'

/** The damage report: what was measured, beside what the author wrote; then the score with its arithmetic. */
export function debriefText(
  {
    scenario,
    debrief,
    score,
  }: { readonly scenario: Scenario; readonly debrief: Debrief; readonly score: Score },
  { palette = plainPalette, width = columns }: DrillTextOptions = {},
): string {
  const { bold, dim, green, red, yellow } = palette
  const say = (head: string, text: string): readonly string[] => told(text, head.padEnd(16), width)
  const tried = ({ title, holds, says }: Trial): readonly string[] =>
    told(holds ? title : `${title}: ${says}`, holds ? green('  ✓ ') : red('  ✗ '), width)
  const { damage } = scenario.replay
  return `${[
    '',
    bold('Damage report'),
    ...say('Times', timesOf(debrief)),
    ...say('Customers', customersOf(debrief)),
    ...blastOf(debrief, width),
    ...say('Your acts', wearOf(debrief)),
    ...say('Evidence', evidenceOf(debrief)),
    '',
    bold('Mended?'),
    ...trialsOf(debrief).flatMap(tried),
    ...(debrief.verified
      ? []
      : told('it was closed without a look after the last change', '  ! ', width).map(yellow)),
    ...authorsOf(damage, { palette, width }),
    '',
    bold(`Score: ${score.points} of 100`),
    ...score.parts.flatMap(({ title, of, points, why }) =>
      told(why, `  ${title.padEnd(24)}${`${points}${of === 0 ? '' : `/${of}`}`.padStart(6)}  `, width),
    ),
    '',
    ...told(scenario.teaches, '', width),
    ...(scenario.strike === undefined
      ? []
      : told(`More: ninelives explain ${scenario.strike.mode}`, '', width).map(dim)),
  ].join('\n')}\n`
}

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

/** How far it reached over time, a line for each measure; in a narrow terminal below their heads. */
function blastOf({ blast }: Debrief, width: number): readonly string[] {
  const isNarrow = width < narrow
  const indent = isNarrow ? '' : ' '.repeat(16)
  const across = isNarrow ? width : width - 16 - measureHead - peakMax
  const lines = blastLines(blast, across).flatMap(({ head, line, peak }) =>
    isNarrow ? [`${head}: ${peak}`, line] : [`${head.padEnd(measureHead)}${line}  ${peak}`],
  )
  return [
    ...(isNarrow
      ? ['Blast radius', ...lines]
      : lines.map((line, at) => `${(at === 0 ? 'Blast radius' : '').padEnd(16)}${line}`)),
    ...told(spanText(blast, across), indent, width),
  ]
}

const narrow = 56

const measureHead = 12

/** `  100 pods` */
const peakMax = 10

/** What commands printed is within: one paragraph, and nothing that a terminal obeys. */
const told = (text: string, first: string, width: number): readonly string[] =>
  wrapped(withoutControls(text).replace(/\s+/g, ' '), first, width)

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

function authorsOf(
  { downtime, blastRadius, optimal, worst }: Scenario['replay']['damage'],
  { palette: { dim }, width }: { readonly palette: Palette; readonly width: number },
): readonly string[] {
  const figures = [
    ['Downtime', downtime.words],
    ['Blast radius', blastRadius.words],
    ['Optimal', optimal.words],
    ['Worst', worst.words],
  ] as const
  const written = figures.filter(([, words]) => words !== '')
  return written.length === 0
    ? []
    : [
        '',
        ...told('What the author wrote', '', width).map(dim),
        ...written.flatMap(([head, words]) => told(words, `  ${head}`.padEnd(16), width)).map(dim),
      ]
}
