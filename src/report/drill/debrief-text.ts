import type { Debrief } from '#drill/measure/debrief.ts'
import type { Trial } from '#drill/measure/mended.ts'
import { trialsOf } from '#drill/measure/trials.ts'
import { withoutControls } from '#drill/replay/words.ts'
import { blastLines, spanText } from '#report/drill/blast.ts'
import { authorsFacts, bestPath, type Fact, factsOf, type Judged } from '#report/drill/facts.ts'
import type { DrillTextOptions } from '#report/drill/text.ts'
import { columns, wrapped } from '#report/layout.ts'
import { plainPalette } from '#report/types.ts'

/** The damage report: what was measured, beside what the author wrote; then the score with its arithmetic. */
export function debriefText(
  { scenario, debrief, score, reach }: Judged,
  { palette = plainPalette, width = columns }: DrillTextOptions = {},
): string {
  const { bold, dim, green, red, yellow } = palette
  const say = ({ head, says }: Fact): readonly string[] => told(says, head.padEnd(16), width)
  const aside = (title: string, facts: readonly Fact[]): readonly string[] =>
    facts.length === 0
      ? []
      : [
          '',
          ...told(title, '', width).map(dim),
          ...facts.flatMap(({ head, says }) => told(says, `  ${head}`.padEnd(16), width)).map(dim),
        ]
  const tried = ({ title, holds, says }: Trial): readonly string[] =>
    told(holds ? title : `${title}: ${says}`, holds ? green('  ✓ ') : red('  ✗ '), width)
  const { times, customers, acts, evidence } = factsOf(debrief)
  const best = bestPath(scenario, reach)
  return `${[
    '',
    bold('Damage report'),
    ...[times, customers].flatMap(say),
    ...blastOf(debrief, width),
    ...[acts, evidence].flatMap(say),
    '',
    bold('Mended?'),
    ...trialsOf(debrief).flatMap(tried),
    ...(debrief.verified
      ? []
      : told('it was closed without a look after the last change', '  ! ', width).map(yellow)),
    ...aside('What the author wrote', authorsFacts(scenario)),
    ...(best === undefined ? [] : aside(`Best path: ${best.says}`, best.steps)),
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
