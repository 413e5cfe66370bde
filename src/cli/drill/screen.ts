import type { Io, Out } from '#cli/io.ts'
import { paletteFor } from '#cli/palette.ts'
import type { DrillTextOptions } from '#report/drill/text.ts'

/** Where nobody tells how wide it is: a file, a pipe. */
const usualWidth = 80

/** Beyond this a line is hard to read. */
const widthMax = 100

/**
 * How an output is written to. `COLUMNS` counts where no terminal tells, as it does elsewhere; where nobody tells, lines are made
 * for 80, and what commands printed is left as it is.
 */
export function screenOf(out: Out, env: Io['env']): Required<DrillTextOptions> {
  const told = Number(env['COLUMNS'])
  const edge = out.columns || (Number.isInteger(told) && told > 0 ? told : undefined)
  return {
    palette: paletteFor(out, env),
    width: Math.min(edge ?? usualWidth, widthMax),
    edge: edge ?? Number.POSITIVE_INFINITY,
  }
}
