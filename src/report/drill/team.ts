/** The games of a person or a team, as text, Markdown and one HTML page. */
import { durationText } from '#base/duration.ts'
import type { DrillRow, GameRow, Missed, PersonRow, TeamReport } from '#drill/team/team.ts'
import { escaped } from '#report/drill/escaped.ts'
import { plain } from '#report/drill/markdown.ts'
import { sparkline } from '#report/drill/sparkline.ts'
import { pageStyle } from '#report/drill/style.ts'
import { table } from '#report/drill/table.ts'
import type { DrillTextOptions } from '#report/drill/text.ts'
import { columns, wrapped } from '#report/layout.ts'
import { plainPalette } from '#report/types.ts'

interface Part {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const after = (ms: number | undefined): string =>
  ms === undefined ? '' : ms < 1000 ? 'at once' : durationText(ms)

const gameCells = ({ who, drill, endedAt, points, moves, lost, ...times }: GameRow): readonly string[] => [
  who,
  drill,
  endedAt.slice(0, 10),
  `${points}`,
  after(times.diagnosedAfterMs),
  after(times.repairedAfterMs),
  lost === undefined ? '' : `${lost}`,
  moves,
]

/** `Repair`: the fastest; `Points`: over time. */
const personCells = ({
  who,
  drill,
  games,
  points,
  best,
  gained,
  fastestRepairMs,
}: PersonRow): readonly string[] => [
  who,
  drill,
  `${games}`,
  `${best}`,
  games < 2 ? '' : `${gained > 0 ? '+' : ''}${gained}`,
  after(fastestRepairMs),
  sparkline(points, { max: 100, width: 20 }),
]

const missedText = ({ times, of, mostly }: Missed): string =>
  `${times} of ${of}${mostly === undefined ? '' : `, mostly ${mostly}`}`

const missedCells = (
  drills: readonly DrillRow[],
  of: 'rounds' | 'evidence',
): readonly (readonly string[])[] =>
  drills.flatMap((drill) =>
    drill[of].filter(({ times }) => times > 0).map((each) => [drill.drill, each.what, missedText(each)]),
  )

const partsOf = ({ games, people, drills }: TeamReport): readonly Part[] =>
  [
    {
      title: 'People',
      head: ['Who', 'Drill', 'Games', 'Best', 'Gained', 'Repair', 'Points'],
      rows: people.map(personCells),
    },
    {
      title: 'Drills',
      head: ['Drill', 'Games', 'People', 'Mean'],
      rows: drills.map(({ drill, games: of, people: by, meanPoints }) => [
        drill,
        `${of}`,
        `${by}`,
        `${meanPoints}`,
      ]),
    },
    {
      title: 'Rounds that were got wrong',
      head: ['Drill', 'Round', 'Wrong'],
      rows: missedCells(drills, 'rounds'),
    },
    {
      title: 'Evidence that was overlooked',
      head: ['Drill', 'Evidence', 'Not seen'],
      rows: missedCells(drills, 'evidence'),
    },
    {
      title: 'Games',
      head: ['Who', 'Drill', 'Ended', 'Points', 'Cause', 'Repair', 'Lost', 'Moves'],
      rows: games.map(gameCells),
    },
  ].filter(({ rows }) => rows.length > 0)

export function teamText(
  report: TeamReport,
  { palette = plainPalette, width = columns }: DrillTextOptions = {},
): string {
  return `${partsOf(report)
    .map(({ title, head, rows }) =>
      [
        ...wrapped(title, '', width).map(palette.bold),
        ...table([head.map((each) => each.toUpperCase()), ...rows], width),
      ].join('\n'),
    )
    .join('\n\n')}\n`
}

export const teamMarkdown = (report: TeamReport): string =>
  `# Drills\n\n${partsOf(report)
    .map(({ title, head, rows }) =>
      [
        `## ${title}`,
        '',
        `| ${head.join(' | ')} |`,
        `|${head.map(() => '---|').join('')}`,
        ...rows.map((row) => `| ${row.map(plain).join(' | ')} |`),
      ].join('\n'),
    )
    .join('\n\n')}\n`

export const teamHtml = (report: TeamReport): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Drills</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<h1>Drills</h1>
${partsOf(report)
  .map(
    ({ title, head, rows }) => `<h2>${title}</h2>
<table>
<tr>${head.map((each) => `<th>${each}</th>`).join('')}</tr>
${rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('\n')}
</table>`,
  )
  .join('\n')}
</main>
</body>
</html>
`
