/** The damage report as one page: no scripts, nothing loaded, readable on a phone and in print. */
import { trialsOf } from '#drill/measure/trials.ts'
import { blastSvg } from '#report/drill/blast-svg.ts'
import { escaped } from '#report/drill/escaped.ts'
import { authorsFacts, bestPath, type Fact, factsOf, type Judged } from '#report/drill/facts.ts'
import { pageStyle } from '#report/drill/style.ts'
import { offsetText, timelineOf } from '#report/drill/timeline.ts'

export function debriefHtml(judged: Judged): string {
  const { scenario, debrief, score } = judged
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
<p>${escaped(scenario.teaches)}</p>
<h2>Time line</h2>
<p class="curves">${blastSvg(debrief)}</p>
${table(timelineOf(scenario, debrief).map(({ afterMs, says }) => ({ head: offsetText(afterMs), says })))}
<h2>Damage</h2>
${table(Object.values(factsOf(debrief)))}
<h2>Mended?</h2>
<ul>
${trialsOf(debrief)
  .map(
    ({ title: what, holds, says }) =>
      `<li class="${holds ? 'good' : 'bad'}">${inline(what)}${holds ? '' : `: ${inline(says)}`}</li>`,
  )
  .join('\n')}
</ul>
${[...authors(judged), ...best(judged)].join('\n')}
<h2>Score</h2>
<table>
${score.parts
  .map(
    ({ title: part, of, points, why }) =>
      `<tr><th>${escaped(part)}</th><td class="points">${points}${of === 0 ? '' : `/${of}`}</td><td>${inline(why)}</td></tr>`,
  )
  .join('\n')}
</table>
${scenario.strike === undefined ? '' : `<p>More: <code>ninelives explain ${escaped(scenario.strike.mode)}</code></p>`}
</main>
</body>
</html>
`
}

function authors({ scenario }: Judged): readonly string[] {
  const facts = authorsFacts(scenario)
  return facts.length === 0 ? [] : ['<h2>What the author wrote</h2>', table(facts)]
}

function best({ scenario, reach }: Judged): readonly string[] {
  const path = bestPath(scenario, reach)
  return path === undefined ? [] : ['<h2>Best path</h2>', `<p>${escaped(path.says)}.</p>`, table(path.steps)]
}

const table = (facts: readonly Fact[]): string =>
  `<table>\n${facts.map(({ head, says }) => `<tr><th>${escaped(head)}</th><td>${inline(says)}</td></tr>`).join('\n')}\n</table>`

/** What stands between backticks is code, everything else text. */
const inline = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')
