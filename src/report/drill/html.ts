/** The damage report as one page: no scripts, nothing loaded, readable on a phone and in print. */
import type { Traffic } from '#drill/measure/traffic.ts'
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
${bars(debrief.traffic, debrief)}
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

const windows = 120

/** Requests from what broke to the end, a bar for each stretch: how many were lost. */
function bars({ visits }: Traffic, { struckAtMs, pagedAtMs, closedAfterMs }: Judged['debrief']): string {
  const endMs = pagedAtMs + closedAfterMs
  const spanMs = Math.max(1, endMs - struckAtMs)
  const x = (atMs: number): number => Math.floor(((atMs - struckAtMs) / spanMs) * windows)
  const lost = new Array<number>(windows + 1).fill(0)
  const all = new Array<number>(windows + 1).fill(0)
  for (const { atMs, ok } of visits) {
    const at = Math.min(windows, Math.max(0, x(atMs)))
    all[at] = (all[at] ?? 0) + 1
    if (!ok) lost[at] = (lost[at] ?? 0) + 1
  }
  const shapes = lost.flatMap((count, at) => {
    const share = count / Math.max(1, all[at] ?? 1)
    return count === 0
      ? []
      : [
          `<rect x="${at}" y="${(20 - 20 * share).toFixed(1)}" width="1" height="${(20 * share).toFixed(1)}"/>`,
        ]
  })
  return `<svg viewBox="0 0 ${windows + 1} 22" role="img" aria-label="share of requests lost over time"><line x1="0" y1="20.5" x2="${windows + 1}" y2="20.5"/><line class="page" x1="${x(pagedAtMs)}" y1="0" x2="${x(pagedAtMs)}" y2="20"/>${shapes.join('')}</svg>`
}

const style = `
:root { color-scheme: light dark; --bad: #c0392b; --good: #1e8449; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
.score strong { font-size: 3rem; }
svg { width: 100%; height: auto; }
svg rect { fill: var(--bad); }
svg line { stroke: currentColor; stroke-width: .3; }
svg .page { stroke-dasharray: 1; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #8884; }
th { white-space: nowrap; font-weight: 600; }
.points { white-space: nowrap; }
.good::marker { content: '✓ '; color: var(--good); }
.bad::marker { content: '✗ '; color: var(--bad); }
`

const escaped = (text: string): string => text.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`)
