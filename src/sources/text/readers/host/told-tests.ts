import { toldTests } from '#sources/formats/host/told-tests.ts'
import type { ReadRow } from '#sources/reading.ts'
import { nodeOrPod, place, type Reader } from '#sources/text/reader.ts'
import { isInPod } from '#sources/text/readers/host/line-reader.ts'
import { sentencesReader } from '#sources/text/readers/sentences.ts'

/** Connection tests told in a sentence, beside what the sentence says otherwise. */
export const toldTestsReader: Reader = {
  read(source, at, scope) {
    const text = source.lines[at]?.text ?? ''
    const tests = toldTests(text)
    if (tests.length === 0) return undefined
    const from = place(source, at, scope)
    const here = isInPod(scope) ? 'pod' : 'host'
    const rows = tests.map(
      (test): ReadRow => ({
        relation: 'reachability',
        row: { node: nodeOrPod(scope), in: here, ...test },
        from,
      }),
    )
    const said = sentencesReader.read(source, at, scope)
    return {
      lines: said?.lines ?? 1,
      format: said?.format ?? 'plain sentences',
      rows: [...rows, ...(said?.rows ?? [])],
      covered: [{ relation: 'reachability', coverage: { kind: 'partial' } }, ...(said?.covered ?? [])],
      ...(said?.about !== undefined && { about: said.about }),
    }
  },
}
