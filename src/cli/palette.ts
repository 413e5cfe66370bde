import pc from 'picocolors'
import { type Io, type Out, wantsColour } from '#cli/io.ts'
import type { Palette } from '#report/types.ts'

/** Colours for this output, or none. */
export function paletteFor(out: Out, env: Io['env']): Palette {
  const { bold, dim, red, yellow, green, cyan } = pc.createColors(wantsColour(out, env))
  return { bold, dim, red, yellow, green, cyan }
}
