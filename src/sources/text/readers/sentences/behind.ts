import type { ReadRow } from '#sources/reading.ts'
import { place, type Scope, type Source } from '#sources/text/reader.ts'
import { toldRows } from '#sources/text/readers/sentences/told.ts'

/** What a remark behind a line of a program's output says: `10.244.7.1 via … dev tunl0   # this device is from before`. */
export function saidBehind(source: Source, at: number, scope: Scope): readonly ReadRow[] {
  const text = source.lines[at]?.text ?? ''
  if (text.length > lineMax) return []
  const mark = marks.map((one) => text.lastIndexOf(one)).reduce((last, one) => Math.max(last, one), -1)
  const remark = mark < 1 ? '' : text.slice(mark).replace(/^[\s#/<←-]{1,12}/, '')
  // One word is a name, two are a label.
  if (remark.split(' ', 3).length < 3) return []
  return toldRows(remark, {
    node: scope.node,
    namespace: scope.namespace,
    place: (sentence) => place(source, at, scope, { quote: sentence }),
  })
}

const lineMax = 1000
const marks = [' # ', ' // ', ' <- ', ' <-- ', ' ← ']
