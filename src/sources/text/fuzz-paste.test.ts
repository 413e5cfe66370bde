/** Real-looking evidence, treated as people and their tools treat it: cut, shuffled, wrapped, quoted, coloured, chatted. */
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { readAnything, repeated, workOf } from '#sources/text/testing/read-anything.ts'
import { formatSamples, quietSamples } from '#sources/text/testing/samples.ts'

const texts = [...formatSamples, ...quietSamples].map(({ text }) => text)

type Treatment = (lines: readonly string[], random: number) => readonly string[]

const each =
  (change: (line: string, at: number) => string): Treatment =>
  (lines) =>
    lines.map(change)

const wrapped =
  (width: number): Treatment =>
  (lines) =>
    lines.flatMap((line) => line.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [''])

/** What terminals, chats, mail, editors and hurried people do to a text. */
const treatments: Readonly<Record<string, Treatment>> = {
  cut: (lines, random) => lines.slice(random % lines.length, (random % lines.length) + 7),
  headless: (lines) => lines.slice(1),
  shuffled: (lines, random) =>
    lines.toSorted((a, b) => ((a.length * random) % 7) - ((b.length * random) % 5)),
  doubled: (lines) => lines.flatMap((line) => [line, line]),
  'wrapped at 80': wrapped(80),
  'wrapped at 120': wrapped(120),
  'wrapped anywhere': (lines, random) => wrapped(10 + (random % 90))(lines, random),
  'cut at the edge': (lines, random) => lines.map((line) => `${line.slice(0, 20 + (random % 60))}...`),
  quoted: each((line) => `> ${line}`),
  barred: each((line) => `| ${line}`),
  indented: each((line) => `        ${line}`),
  coloured: each((line) => `\u001b[1;31m${line}\u001b[0m`),
  'in Windows’ lines': each((line) => `${line}\r`),
  'with hard spaces': each((line) => line.replaceAll(' ', '\u00a0')),
  'with tabs': each((line) => line.replaceAll('  ', '\t')),
  chatted: each((line, at) => `[10:${10 + (at % 50)}] Ann B.: ${line}`),
  spoken: each((line) => `<ann> ${line}`),
  numbered: each((line, at) => `${at + 1}: ${line}`),
  fenced: (lines) => ['```console', '$ kubectl get pods -A', ...lines, '```'],
  prompted: (lines) => lines.flatMap((line, at) => (at % 3 === 0 ? ['root@node-d1:~# cat x', line] : [line])),
  'in backticks': each((line) => `it says \`${line}\` again and again`),
  'on one line': (lines) => [lines.join(' ')],
  escaped: (lines) => [JSON.stringify(lines.join('\n'))],
  remarked: each((line) => `${line}   # no effect`),
}

const pasted = fc
  .record({
    parts: fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 4 }),
    how: fc.array(fc.tuple(fc.constantFrom(...Object.keys(treatments)), fc.nat(1000)), { maxLength: 4 }),
  })
  .map(({ parts, how }) =>
    how
      .reduce<readonly string[]>((lines, [name, random]) => {
        const treated = treatments[name]?.(lines, random) ?? lines
        return treated.length === 0 ? lines : treated
      }, parts.join('\n\n').split('\n'))
      .slice(0, 400)
      .join('\n'),
  )

describe('whatever became of a paste, it is read or refused', () => {
  test('any of them together', () => {
    fc.assert(fc.property(pasted, readAnything), { numRuns: 300 })
  })

  test.each(Object.entries(treatments))('every format, %s', (_, treat) => {
    for (const text of texts) readAnything(treat(text.split('\n'), 17).join('\n'))
  })

  test('every format, cut after each of its first characters', () => {
    for (const { text } of formatSamples)
      for (let end = 1; end < Math.min(text.length, 60); end += 3) readAnything(text.slice(0, end))
  })
})

describe('twice the text costs twice the work', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const growth = (make: (times: number) => string, times = 70): number => {
    const once = workOf(() => readAnything(make(times)))
    const twice = workOf(() => readAnything(make(2 * times)))
    return twice / once
  }

  test.each(formatSamples.map(({ name, text }) => [name, text]))('%s', (_, text) => {
    expect(growth((times) => repeated(text, times))).toBeLessThan(2.3)
  })

  test.each(formatSamples.map(({ name, text }) => [name, text]))('%s, apart by blank lines', (_, text) => {
    expect(growth((times) => repeated(`${text}\n`, times))).toBeLessThan(2.3)
  })

  test.each(formatSamples.map(({ name, text }) => [name, text]))('%s, its first line only', (_, text) => {
    expect(growth((times) => repeated(text.split('\n')[0] ?? '', times))).toBeLessThan(2.3)
  })

  test.each(formatSamples.map(({ name, text }) => [name, text]))('%s on one long line', (_, text) => {
    // Both longer than what the readers of short lines take.
    expect(growth((times) => text.replaceAll('\n', ' ').repeat(times), 200)).toBeLessThan(2.3)
  })
})
