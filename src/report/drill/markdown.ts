import type { Debrief } from '#drill/measure/debrief.ts'
import type { Trial } from '#drill/measure/mended.ts'
import { trialsOf } from '#drill/measure/trials.ts'
import { withoutControls } from '#drill/replay/words.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import type { Score } from '#drill/score/score.ts'
import { blastLines, blastRows, spanText } from '#report/drill/blast.ts'
import { offsetText, timelineOf } from '#report/drill/timeline.ts'

/** One game, judged. */
export interface Judged {
  readonly scenario: Scenario
  readonly debrief: Debrief
  readonly score: Score
}

/** The damage report for a wiki or a chat. */
export function debriefMarkdown({ scenario, debrief, score }: Judged): string {
  const { customers, wear } = debrief
  return `${[
    `# ${plain(scenario.replay.title)}: ${score.points} of 100`,
    '',
    '| When | What |',
    '|---|---|',
    ...timelineOf(scenario, debrief).map(
      ({ afterMs, says }) => `| ${offsetText(afterMs)} | ${plain(says)} |`,
    ),
    '',
    `Customers: ${customers.lost} of ${customers.requests} requests lost${customers.lostAlone === undefined ? '' : `, ${customers.lostAlone} had nobody done anything`}. ` +
      `Acts: ${wear.podsGone.length} pods replaced, ${wear.restarts} restarts, ${wear.reboots.length} reboots.`,
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
    ...authors(scenario),
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

function authors({ replay: { damage } }: Scenario): readonly string[] {
  const words = [damage.downtime, damage.blastRadius, damage.optimal, damage.worst].map((each) => each.words)
  return words.every((each) => each === '')
    ? []
    : [
        `What the author wrote: downtime ${plain(words[0] ?? '')}; blast radius: ${plain(words[1] ?? '')}; optimal ${plain(words[2] ?? '')}; worst ${plain(words[3] ?? '')}.`,
        '',
      ]
}

/** Nothing of it is markup. */
export const plain = (text: string): string =>
  withoutControls(text)
    .replace(/\s+/g, ' ')
    .replace(/([\\`*_{}[\]<>|#])/g, '\\$1')
