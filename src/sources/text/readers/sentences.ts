import { nodeSubject } from '#cluster/subjects.ts'
import { place, type Reader, type Scope, type Source } from '#sources/text/reader.ts'
import { messagesReader } from '#sources/text/readers/logs.ts'
import { isHeading, isLoose, isProse, nodeIn, wrappedLines } from '#sources/text/readers/sentences/prose.ts'
import { quotedRows } from '#sources/text/readers/sentences/quoted.ts'
import { toldRows } from '#sources/text/readers/sentences/told.ts'

/**
 * What people write: sentences about what they saw and what they tried (weak evidence), states of calico-node told in
 * words, and programs' words quoted in a sentence. Sentences that suppose, ask or advise tell nothing.
 */
export const sentencesReader: Reader = {
  read(source, at, scope) {
    const first = source.lines[at]?.text ?? ''
    const isSentence = isProse(first)
    const isShort = !isSentence && isHeading(first)
    if (!isSentence && !isShort && !isLoose(first)) return undefined
    const lines = isSentence ? wrappedLines(source.lines, at) : 1
    const paragraph = lines === 1 ? { source, at } : { source: joined(source, at, lines), at: 0 }
    const text = paragraph.source.lines[paragraph.at]?.text ?? ''
    const read = messagesReader.read(paragraph.source, paragraph.at, scope)
    const quoted = read === undefined || !isSentence ? read : { ...read, rows: quotedRows(read.rows, text) }
    const said = toldRows(text, aroundOf(paragraph, scope))
    if (quoted !== undefined && quoted.rows.length > 0 && said.length === 0)
      return { ...quoted, lines: Math.max(lines, quoted.lines) }
    if (!isSentence && !isShort && said.length === 0) return undefined
    const rows = [...(quoted?.rows ?? []), ...said]
    const node = scope.node ?? nodeIn(text)
    return {
      lines,
      format: sentencesFormat,
      rows,
      notUnderstood: rows.length === 0 ? lines : 0,
      covered: [...new Set(rows.map((row) => row.relation))].map((relation) => ({
        relation,
        coverage: { kind: 'partial' },
      })),
      ...(node !== undefined && rows.length > 0 && { about: nodeSubject(node) }),
    }
  },
}

export const sentencesFormat = 'plain sentences'

const aroundOf = ({ source, at }: { readonly source: Source; readonly at: number }, scope: Scope) => ({
  node: scope.node,
  namespace: scope.namespace,
  place: (sentence: string) => place(source, at, scope, { quote: sentence }),
})

/** The lines of one paragraph as one line. */
function joined(source: Source, at: number, count: number): Source {
  const lines = source.lines.slice(at, at + count)
  const text = lines.map((line) => line.text.trim()).join(' ')
  return { ...source, lines: [{ text, number: lines[0]?.number ?? at + 1 }] }
}
