import type { ActWords } from '#repair/commands.ts'
import { wrapped } from '#report/layout.ts'
import type { DiagnosisReport, Palette } from '#report/types.ts'

/** What every part of the text needs. */
export interface Context {
  readonly report: DiagnosisReport
  readonly palette: Palette
  readonly words: ActWords
  readonly nowMs: number | undefined
}

export const indent = '   '
export const labelWidth = 10

export const labelled = (label: string, text: string): readonly string[] =>
  wrapped(text, `${indent}${label.padEnd(labelWidth)}`)

export const list = (label: string, items: readonly string[]): readonly string[] =>
  items.flatMap((item, index) => wrapped(item, `${indent}${(index === 0 ? label : '').padEnd(labelWidth)}- `))
