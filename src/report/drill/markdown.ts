import type { Debrief } from '#drill/measure/debrief.ts'
import type { Trial } from '#drill/measure/mended.ts'
import { trialsOf } from '#drill/measure/trials.ts'
import { withoutControls } from '#drill/replay/words.ts'
import { blastLines, blastRows, spanText } from '#report/drill/blast.ts'
import { authorsFacts, bestPath, type Fact, factsOf, type Judged } from '#report/drill/facts.ts'
import { offsetText, timelineOf } from '#report/drill/timeline.ts'

/** The damage report for a wiki or a chat. */
export function debriefMarkdown({ scenario, debrief, score, reach }: Judged): string {
  const best = bestPath(scenario, reach)
  return `${[
    `# ${plain(scenario.replay.title)}: ${score.points} of 100`,
    '',
    '| When | What |',
    '|---|---|',
    ...timelineOf(scenario, debrief).map(
      ({ afterMs, says }) => `| ${offsetText(afterMs)} | ${plain(says)} |`,
    ),
    '',
    ...Object.values(factsOf(debrief)).map(factLine),
    '',
    ...blastMarkdown(debrief),
    '',
    ...trialsOf(debrief).map(trialLine),
    '',
    '| Part | Points | Why |',
    '|---|---|---|',
    ...score.parts.map(
      ({ title, of, points, why }) => `| ${title} | ${points}${of === 0 ? '' : `/${of}`} | ${plain(why)} |`,
    ),
    '',
    ...titled('What the author wrote', authorsFacts(scenario)),
    ...(best === undefined ? [] : titled(`Best path: ${best.says}`, best.steps)),
    plain(scenario.teaches),
  ].join('\n')}\n`
}

/** The curves as blocks, and some of their points as numbers. */
function blastMarkdown({ blast }: Debrief): readonly string[] {
  const rows = blastRows(blast, 12)
  const isAlone = blast.alone !== undefined
  return [
    `Blast radius over time, ${spanText(blast, blocks)}:`,
    '',
    '```text',
    ...blastLines(blast, blocks).map(({ head, line, peak }) => `${head.padEnd(12)}${line}  ${peak}`),
    '```',
    '',
    `| From | Requests lost |${isAlone ? ' Left alone |' : ''} Tiers down | Pods not ready | Nodes cut off |`,
    `|---|---|${isAlone ? '---|' : ''}---|---|---|`,
    ...rows.map(
      ({ after, lost, alone, tiersDown, podsNotReady, nodesCutOff }) =>
        `| ${after} | ${lost} |${isAlone ? ` ${alone} |` : ''} ${tiersDown} | ${podsNotReady} | ${nodesCutOff} |`,
    ),
  ]
}

const blocks = 60

const trialLine = ({ title, holds, says }: Trial): string =>
  `- [${holds ? 'x' : ' '}] ${plain(title)}${holds ? '' : `: ${plain(says)}`}`

const factLine = ({ head, says }: Fact): string => `- **${plain(head)}**: ${plain(says)}`

const titled = (title: string, facts: readonly Fact[]): readonly string[] =>
  facts.length === 0 ? [] : [`${plain(title)}:`, '', ...facts.map(factLine), '']

/** Nothing of it is markup. */
export const plain = (text: string): string =>
  withoutControls(text)
    .replace(/\s+/g, ' ')
    .replace(/([\\`*_{}[\]<>|#])/g, '\\$1')
