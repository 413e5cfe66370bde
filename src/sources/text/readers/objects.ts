import type { TextLine } from '#sources/text/lines.ts'
import { place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'
import { jsonBlock, jsonPart } from '#sources/text/readers/json-blocks.ts'
import { quotes } from '#sources/text/readers/object-quotes.ts'
import { objectRows } from '#sources/text/readers/object-rows.ts'
import { withSentence } from '#sources/text/readers/with-sentence.ts'
import { yamlBlock } from '#sources/text/readers/yaml-blocks.ts'

/** Objects as YAML or JSON: whole, lists, or a fragment that somebody cut out. */
export const objectsReader: Reader = {
  read(source, at, scope) {
    const block = jsonBlock(source.lines, at) ?? jsonPart(source.lines, at) ?? yamlBlock(source.lines, at)
    if (block === undefined) return undefined
    const value = block.parse(textOf(source, at, block.lines))
    const from = place(source, at, scope)
    const lines = source.lines.slice(at, at + block.lines)
    const placeOf = quotes({ source, at, lines, scope, from })
    const read = objectRows(value, { source, scope, from, placeOf, remarks: remarksIn(lines) })
    const isRead = read.rows.length > 0
    if (!isRead && block.isPart && block.lines <= wordsMax) return undefined
    const taken = {
      lines: block.lines,
      format: isRead ? `${block.format} of ${read.what}` : `${block.format}, nothing known in it`,
      rows: read.rows,
      covered: read.covered,
      notUnderstood: isRead ? 0 : block.lines,
      ...(read.about !== undefined && { about: read.about }),
    } satisfies Taken
    return block.isPart || block.lines <= wordsMax ? withRemarksRead(taken, source, at, scope) : taken
  },
}

/** Nobody writes longer paragraphs; and what is given back is read again, so it must be short. */
const wordsMax = 40

/** What people wrote behind `#` into what they cut out. */
function withRemarksRead(taken: Taken, source: Source, at: number, scope: Scope): Taken {
  let all = taken
  for (let line = at; line < at + Math.min(taken.lines, wordsMax); line++) {
    const rest = /(?:^|\s)#\s*(?<remark>\S.*)$/.exec(source.lines[line]?.text ?? '')?.groups?.remark
    if (rest !== undefined) all = withSentence(all, { source, at: line, scope, rest })
  }
  return all
}

const remarksIn = (lines: readonly TextLine[]): readonly string[] =>
  lines.length > remarkedMax
    ? []
    : lines.flatMap(({ text }) => /(?:^|\s)#\s*(?<remark>\S.*)$/.exec(text)?.groups?.remark ?? [])

/** People comment what they cut out; the comments of whole manifests are not theirs. */
const remarkedMax = 60

const textOf = (source: Source, at: number, lines: number): string =>
  source.lines
    .slice(at, at + lines)
    .map((line) => line.text)
    .join('\n')
