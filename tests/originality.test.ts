/**
 * Nothing in the source is fitted to the shared cases: no literal shares eight words in a row with one, unless it is a program's
 * message that the catalogue knows. Where the cases are absent there is nothing to compare with, and the test says so.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recogniseAll } from '#cluster/messages/catalogue.ts'

const root = join(import.meta.dirname, '..')
const cases = join(root, '../shared/cases/cases.jsonl')
const wordsMax = 8

const files = globSync(['src/**/*.ts', 'src/**/*.txt', 'tests/**/*.ts', 'scripts/**/*.ts'], { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  // The catalogue holds programs' messages, and the lab prints them.
  .filter((file) => !file.startsWith('src/cluster/messages/') && !file.startsWith('src/lab/'))

const isThere = existsSync(cases)

test(isThere ? 'no literal repeats a case' : 'the shared cases are absent: nothing to compare with', () => {
  const known = isThere ? shinglesOfCases() : new Set<string>()
  const found = files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, at) => {
        const shared = shingles(line).find((each) => known.has(each))
        return shared === undefined || isMessage(line) ? [] : [`${file}:${at + 1}: ${shared}`]
      }),
  )
  expect(found).toEqual([])
})

test('shingles are eight words, whatever stands between them', () => {
  expect(shingles('a "b" c, d: e f (g) h i')).toEqual(['a b c d e f g h', 'b c d e f g h i'])
})

function shinglesOfCases(): ReadonlySet<string> {
  const texts = readFileSync(cases, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => (JSON.parse(line) as { evidence: readonly { text: string }[] }).evidence)
  return new Set(texts.flatMap(({ text }) => text.split('\n').flatMap(shingles)))
}

function shingles(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\w./:-]*\w/g) ?? []
  return words
    .slice(0, Math.max(0, words.length - wordsMax + 1))
    .map((_, at) => words.slice(at, at + wordsMax).join(' '))
}

/** A program's own words: a message that the catalogue knows, a table's header, the loopback device as every Linux has it. */
const isMessage = (line: string): boolean =>
  recogniseAll(line.replaceAll("\\'", "'")).length > 0 ||
  /GROUPING\s+\|\s+CIDR/.test(line) ||
  /\blo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue\b/.test(line)
