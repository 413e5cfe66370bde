import { withoutControls } from '#drill/replay/words.ts'
import type { Done } from '#drill/stage/stage.ts'
import { commandLines, outputLines } from '#report/drill/captured.ts'
import type { Palette } from '#report/types.ts'

/** Of the output of one command, so many lines are shown; the last ones. */
const linesMax = 16

/** A prompt with what was typed, and what the terminal showed. An expectation that holds is not worth a line. */
export function doneLines(
  { step, typed, output, code }: Done,
  { palette, edge }: { readonly palette: Palette; readonly edge: number },
): readonly string[] {
  if (step.act === 'expect') return []
  if (step.act === 'wait') return ['', palette.dim(`  (${typed.replace('wait ', '')} later)`)]
  const at = { first: '  ', width: edge }
  return [
    '',
    ...commandLines(withoutControls(typed), at).map(palette.cyan),
    ...clipped(output, linesMax).flatMap((line) => outputLines(line, at)),
    ...(code === 0 || output.trim() !== '' ? [] : [palette.dim(`  (exit code ${code})`)]),
  ]
}

/** The last lines, and that there were more. Nothing that a terminal would obey is among them. */
export function clipped(output: string, max: number): readonly string[] {
  const all = withoutControls(output).replace(/\n+$/, '').split('\n').map(withoutTabs)
  if (all.length === 1 && all[0] === '') return []
  // The head of a table is worth its line.
  return all.length <= max
    ? all
    : [all[0] as string, `… ${all.length - max} lines …`, ...all.slice(-(max - 2))]
}

/** As a terminal shows it: to the next column that eight divides. */
function withoutTabs(line: string): string {
  const [first = '', ...rest] = line.split('\t')
  return rest.reduce((shown, cell) => `${shown}${' '.repeat(8 - (shown.length % 8))}${cell}`, first)
}
