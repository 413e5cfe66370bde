import type { Scope, Source, Taken } from '#sources/text/reader.ts'
import { sentencesReader } from '#sources/text/readers/sentences.ts'

/** What was read in a line, and what its remark says: `natOutgoing: false  # since the nodes were rebooted`. */
export function withSentence(
  taken: Taken,
  {
    source,
    at,
    scope,
    rest,
  }: { readonly source: Source; readonly at: number; readonly scope: Scope; readonly rest: string },
): Taken {
  const remark = rest.replace(/^[\s#/(;,-]+/, '')
  const line = source.lines[at]
  if (line === undefined || !/[a-z]{2,} [a-z]/i.test(remark)) return taken
  const said = sentencesReader.read({ ...source, lines: [{ ...line, text: remark }] }, 0, scope)
  if (said === undefined || said.rows.length === 0) return taken
  return {
    ...taken,
    rows: [...taken.rows, ...said.rows],
    covered: [...(taken.covered ?? []), ...(said.covered ?? [])],
  }
}
