import { resolve } from 'node:path'
import { recordsFolder, recordsIn } from '#app/drill-records.ts'
import type { DrillFormat } from '#cli/drill/rendered.ts'
import { screenOf } from '#cli/drill/screen.ts'
import type { Io } from '#cli/io.ts'
import { type TeamReport, teamReport } from '#drill/team/team.ts'
import { teamHtml, teamMarkdown, teamText } from '#report/drill/team.ts'

/** Who played what, and how well: the games of a person, or of a team whose folders were put together. */
export function report(
  { folder, output }: { readonly folder?: string; readonly output: DrillFormat },
  io: Io,
): number {
  const { kept, notices } = recordsIn(folder === undefined ? recordsFolder(io.env) : resolve(io.cwd, folder))
  for (const notice of notices) io.stderr.write(`warning: ${notice}\n`)
  io.stdout.write(rendered(teamReport(kept.map(({ record }) => record)), { output, io }))
  return 0
}

function rendered(
  team: TeamReport,
  { output, io }: { readonly output: DrillFormat; readonly io: Io },
): string {
  switch (output) {
    case 'json':
      return `${JSON.stringify({ apiVersion: 'ninelives.dev/v1', kind: 'DrillHistory', ...team }, null, 2)}\n`
    case 'md':
      return teamMarkdown(team)
    case 'html':
      return teamHtml(team)
    case 'text':
      return team.games.length === 0
        ? 'no drill has been played yet: ninelives drill list\n'
        : teamText(team, screenOf(io.stdout, io.env))
  }
}
