/** The damage report as one page: no scripts, nothing loaded, readable on a phone and in print. */
import { blastSvg } from '#report/drill/blast-svg.ts'
import { escaped } from '#report/drill/escaped.ts'
import type { Judged } from '#report/drill/markdown.ts'
import { offsetText, timelineOf } from '#report/drill/timeline.ts'

export function debriefHtml(judged: Judged): string {
  const { scenario, debrief, score } = judged
  const { customers, mended, lasting, prevention } = debrief
  const title = escaped(scenario.replay.title)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: ${score.points} of 100</title>
<style>${style}</style>
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
${[mended, ...lasting, ...prevention]
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

const style = `
:root { color-scheme: light dark; --bad: #c0392b; --good: #1e8449; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
.score strong { font-size: 3rem; }
svg { width: 100%; height: auto; }
svg text { font: 10px system-ui, sans-serif; fill: currentColor; }
svg polyline { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
svg .lost { stroke: var(--bad); }
svg .area { fill: var(--bad); opacity: .2; }
svg .alone { stroke: #888; stroke-dasharray: 4 3; }
svg .tiers { stroke: #d68910; }
svg .pods { stroke: #2471a3; }
svg .nodes { stroke: #7d3c98; }
svg line { stroke: currentColor; stroke-width: .5; opacity: .5; }
svg .page { stroke-dasharray: 2; opacity: 1; }
svg .act { stroke: var(--good); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #8884; }
th { white-space: nowrap; font-weight: 600; }
.points { white-space: nowrap; }
.good::marker { content: '✓ '; color: var(--good); }
.bad::marker { content: '✗ '; color: var(--bad); }
`
