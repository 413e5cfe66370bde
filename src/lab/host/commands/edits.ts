/** What makes one text another, and how diff(1) tells it. */
import { utc } from '#base/clock.ts'

/** What stands behind `--- ` and `+++ `. */
export function stamped(path: string, ms: number): string {
  const { date, time } = utc(ms)
  return `${path}\t${date} ${time}000000 +0000`
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

interface Edit {
  readonly kind: ' ' | '-' | '+'
  readonly text: string
}

/** The longest common subsequence by dynamic programming; lines before and after the difference are left out of it. */
function editsOf(a: readonly string[], b: readonly string[]): Edit[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  const width = right.length + 1
  const longest = new Uint32Array((left.length + 1) * width)
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      longest[i * width + j] =
        left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const same = (lines: readonly string[]): Edit[] => lines.map((text) => ({ kind: ' ', text }))
  const edits: Edit[] = same(a.slice(0, start))
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      edits.push({ kind: ' ', text: left[i++] ?? '' })
      j++
    } else if (i < left.length && (j >= right.length || at(i + 1, j) >= at(i, j + 1)))
      edits.push({ kind: '-', text: left[i++] ?? '' })
    else edits.push({ kind: '+', text: right[j++] ?? '' })
  }
  return [...edits, ...same(a.slice(a.length - end))]
}

interface Hunk {
  readonly fromA: number
  readonly fromB: number
  readonly edits: readonly Edit[]
}

/** Runs of changes with so many unchanged lines around them. */
function hunksOf(edits: readonly Edit[], context: number): Hunk[] {
  const hunks: Hunk[] = []
  const near = edits.map((_, at) =>
    edits.slice(Math.max(0, at - context), at + context + 1).some(({ kind }) => kind !== ' '),
  )
  let [lineA, lineB] = [1, 1]
  let open: { fromA: number; fromB: number; edits: Edit[] } | undefined
  for (const [at, edit] of edits.entries()) {
    if (near[at]) {
      open ??= { fromA: lineA, fromB: lineB, edits: [] }
      open.edits.push(edit)
    } else if (open !== undefined) {
      hunks.push(open)
      open = undefined
    }
    if (edit.kind !== '+') lineA++
    if (edit.kind !== '-') lineB++
  }
  return open === undefined ? hunks : [...hunks, open]
}

/** diff(1)'s plain form. */
export function plainHunks(a: string, b: string): string {
  return hunksOf(editsOf(linesOf(a), linesOf(b)), 0)
    .map(({ fromA, fromB, edits: own }) => {
      const removed = own.filter(({ kind }) => kind === '-')
      const added = own.filter(({ kind }) => kind === '+')
      const range = (from: number, count: number): string =>
        count > 1 ? `${from},${from + count - 1}` : `${count === 0 ? from - 1 : from}`
      const letter = removed.length === 0 ? 'a' : added.length === 0 ? 'd' : 'c'
      const side = (mark: string, lines: readonly Edit[]): string =>
        lines.map(({ text }) => `${mark} ${text}\n`).join('')
      return `${range(fromA, removed.length)}${letter}${range(fromB, added.length)}\n${side('<', removed)}${letter === 'c' ? '---\n' : ''}${side('>', added)}`
    })
    .join('')
}

/** `diff -u` without its first two lines. */
export const unifiedHunks = (a: string, b: string): string =>
  hunksOf(editsOf(linesOf(a), linesOf(b)), 3)
    .map(({ fromA, fromB, edits: own }) => {
      const count = (mark: '-' | '+'): number =>
        own.filter(({ kind }) => kind === ' ' || kind === mark).length
      const range = (from: number, lines: number): string =>
        lines === 1 ? `${from}` : `${lines === 0 ? from - 1 : from},${lines}`
      return `@@ -${range(fromA, count('-'))} +${range(fromB, count('+'))} @@\n${own.map(({ kind, text }) => `${kind}${text}\n`).join('')}`
    })
    .join('')
