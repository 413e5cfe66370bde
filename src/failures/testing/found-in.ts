/** What one mode makes of a pasted text, for its tests. */
import { diagnose } from '#diagnosis/diagnose.ts'
import type { Confidence, Mode } from '#diagnosis/types.ts'
import { readText } from '#sources/text/index.ts'

export type Verdict = Confidence | 'preventive' | 'not found'

/** A time after all times in the tests' texts. */
const nowMs = Date.UTC(2030, 0, 1)

/** How sure the engine is of this mode, judged alone; only its text is read, as somebody would paste it. */
export function foundIn(text: string, mode: Mode, { node }: { readonly node?: string } = {}): Verdict {
  const { facts } = readText([{ name: 'test', text }], { nowMs, ...(node === undefined ? {} : { node }) })
  const { causes, preventive } = diagnose(facts, [mode])
  const [first] = causes
  return first?.confidence ?? (preventive.length > 0 ? 'preventive' : 'not found')
}
