import type { Io, Out } from '#cli/io.ts'
import { paletteFor } from '#cli/palette.ts'
import type { DrillTextOptions } from '#report/drill/text.ts'

/** Where nobody tells how wide it is: a file, a pipe. */
const usualWidth = 80

/** Beyond this a line is hard to read. */
const widthMax = 100

/** How an output is written to: as wide as its terminal. `COLUMNS` counts where there is none, as it does elsewhere. */
export function screenOf(out: Out, env: Io['env']): Required<DrillTextOptions> {
  const told = Number(env['COLUMNS'])
  const width = out.columns || (Number.isInteger(told) && told > 0 ? told : usualWidth)
  return { palette: paletteFor(out, env), width: Math.min(width, widthMax) }
}
