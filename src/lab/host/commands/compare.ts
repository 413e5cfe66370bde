import { utc } from '#base/clock.ts'
import { attempt, invalidOption, parseArguments } from '#lab/host/commands/cli.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'

/** diff(1) of two files: the plain form, `-u`, `-q`, `-r`-less. 0 the same, 1 different, 2 trouble. */
export const diff: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'uqrNwbBiay',
    values: ['U', '--label'],
    long: ['--brief', '--unified'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown, 2)
  const [a = '', b = ''] = args.operands
  const texts = [await textOf(p, a), await textOf(p, b)]
  const [left, right] = texts
  if (left === undefined || right === undefined) return 2
  if (left === right) return 0
  if (args.flags.has('q') || args.flags.has('--brief')) p.stdout.write(`Files ${a} and ${b} differ\n`)
  else {
    const edits = editsOf(linesOf(left), linesOf(right))
    const isUnified = args.flags.has('u') || args.values.has('U') || args.flags.has('--unified')
    p.stdout.write(isUnified ? `${await heads(p, a, b)}${unified(edits)}` : plain(edits))
  }
  return 1
}

/** cmp(1): where two files begin to differ. */
export const cmp: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 's' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown, 2)
  const [a = '', b = ''] = args.operands
  const [left, right] = [await textOf(p, a), await textOf(p, b)]
  if (left === undefined || right === undefined) return 2
  if (left === right) return 0
  const at = [...left].findIndex((c, index) => c !== right[index])
  if (args.flags.has('s')) return 1
  const line = left.slice(0, at < 0 ? left.length : at).split('\n').length
  if (at < 0 || at >= right.length)
    p.stderr.write(
      `cmp: EOF on ${left.length < right.length ? a : b} after byte ${Math.min(left.length, right.length)}, line ${line}\n`,
    )
  else p.stdout.write(`${a} ${b} differ: byte ${at + 1}, line ${line}\n`)
  return 1
}

const textOf = (p: Process, path: string): Promise<string | undefined> =>
  path === '-'
    ? readAll(p)
    : attempt(
        p,
        () => p.files.read(path),
        ({ message }) => `${path}: ${message}`,
      )

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

function plain(edits: readonly Edit[]): string {
  return hunksOf(edits, 0)
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

const unified = (edits: readonly Edit[]): string =>
  hunksOf(edits, 3)
    .map(({ fromA, fromB, edits: own }) => {
      const count = (mark: '-' | '+'): number =>
        own.filter(({ kind }) => kind === ' ' || kind === mark).length
      const range = (from: number, lines: number): string =>
        lines === 1 ? `${from}` : `${lines === 0 ? from - 1 : from},${lines}`
      return `@@ -${range(fromA, count('-'))} +${range(fromB, count('+'))} @@\n${own.map(({ kind, text }) => `${kind}${text}\n`).join('')}`
    })
    .join('')

async function heads(p: Process, a: string, b: string): Promise<string> {
  const stamp = async (path: string): Promise<string> => {
    const { date, time } = utc(path === '-' ? p.now() : (await p.files.stat(path)).mtimeMs)
    return `${path}\t${date} ${time}000000 +0000`
  }
  return `--- ${await stamp(a)}\n+++ ${await stamp(b)}\n`
}
