/** The damage report as one page: no scripts, nothing loaded, readable on a phone and in print. */
import { trialsOf } from '#drill/measure/trials.ts'
import { blastSvg } from '#report/drill/blast-svg.ts'
import { escaped } from '#report/drill/escaped.ts'
import type { Judged } from '#report/drill/markdown.ts'
import { pageStyle } from '#report/drill/style.ts'
import { offsetText, timelineOf } from '#report/drill/timeline.ts'

export function debriefHtml(judged: Judged): string {
  const { scenario, debrief, score } = judged
  const { customers } = debrief
  const title = escaped(scenario.replay.title)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: ${score.points} of 100</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="score"><strong>${score.points}</strong> of 100</p>
<h2>Time line</h2>
${blastSvg(debrief)}
<table>
${timelineOf(scenario, debrief)
  .map(
    ({ afterMs, kind, says }) =>
      `<tr class="${kind}"><th>${offsetText(afterMs)}</th><td>${escaped(says)}</td></tr>`,
  )
  .join('\n')}
</table>
<h2>Damage</h2>
<p>${customers.lost} of ${customers.requests} requests lost${customers.lostAlone === undefined ? '' : `; ${customers.lostAlone} had nobody done anything`}.</p>
<ul>
${trialsOf(debrief)
  .map(
    ({ title: what, holds, says }) =>
      `<li class="${holds ? 'good' : 'bad'}">${escaped(what)}${holds ? '' : `: ${escaped(says)}`}</li>`,
  )
  .join('\n')}
</ul>
<h2>Score</h2>
<table>
${score.parts
  .map(
    ({ title: part, of, points, why }) =>
      `<tr><th>${escaped(part)}</th><td class="points">${points}${of === 0 ? '' : `/${of}`}</td><td>${escaped(why)}</td></tr>`,
  )
  .join('\n')}
</table>
<p>${escaped(scenario.teaches)}</p>
</main>
</body>
</html>
`
}
