import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addPieces, type CaseVerdict, changesSince, keepVerdict, openCase } from '#app/case-folder.ts'

let folder = ''
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'ninelives-case-')), 'ticket')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

const piece = (text: string, name = 'standard input') => ({ name, text })

describe('pieces', () => {
  test('are kept in the order in which they came, each once', () => {
    addPieces(folder, openCase(folder), [piece('first'), piece('second', 'Calico Node.LOG')])
    addPieces(folder, openCase(folder), [piece('first'), piece('third')])
    expect(openCase(folder).pieces.map(({ name, text }) => `${name}: ${text}`)).toEqual([
      '0001-standard-input.txt: first',
      '0002-calico-node-log.txt: second',
      '0003-standard-input.txt: third',
    ])
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('that somebody put there by hand count, too', () => {
    mkdirSync(folder)
    writeFileSync(join(folder, 'a-notes.txt'), 'by hand')
    expect(openCase(folder).pieces).toHaveLength(1)
  })
})

describe('what is no case', () => {
  test('a folder of other things: refused, nothing written', () => {
    mkdirSync(folder)
    writeFileSync(join(folder, 'photo.jpg'), 'x')
    expect(() => openCase(folder)).toThrow(/holds other files and no case/)
    expect(readdirSync(folder)).toEqual(['photo.jpg'])
  })

  test('a file', () => {
    writeFileSync(folder, 'x')
    expect(() => openCase(folder)).toThrow(/is no folder/)
  })

  test('a damaged verdict: told with the file, the pieces stay', () => {
    addPieces(folder, openCase(folder), [piece('first')])
    writeFileSync(join(folder, 'case.json'), '{"kind":"Case"')
    expect(() => openCase(folder)).toThrow(/case\.json cannot be read/)
    expect(existsSync(join(folder, '0001-standard-input.txt'))).toBe(true)
  })
})

const verdict = (
  is: CaseVerdict['verdict'],
  ...causes: readonly [string, string, string][]
): CaseVerdict => ({
  apiVersion: 'ninelives.dev/v1',
  kind: 'Case',
  verdict: is,
  causes: causes.map(([id, confidence, where]) => ({ id, title: `the ${id}`, confidence, where })),
  unexplained: [],
})

describe('what a new piece changed', () => {
  test.each<[string, CaseVerdict, CaseVerdict, readonly string[]]>([
    [
      'a first cause',
      verdict('undecided'),
      verdict('broken', ['x', 'likely', 'node/w1']),
      ['the verdict was undecided and is broken', 'new: the x (likely on node/w1)'],
    ],
    [
      'a cause that is sure now, and has its place',
      verdict('broken', ['x', 'likely', 'cluster']),
      verdict('broken', ['x', 'confirmed', 'node/w1']),
      ['the x: was likely, is confirmed on node/w1'],
    ],
    [
      'a cause that is ruled out',
      verdict('undecided', ['x', 'possible', 'cluster']),
      verdict('undecided'),
      ['no longer: the x (possible)'],
    ],
    [
      'nothing',
      verdict('broken', ['x', 'likely', 'cluster']),
      verdict('broken', ['x', 'likely', 'cluster']),
      [],
    ],
  ])('%s', (_, before, now, expected) => {
    expect(changesSince(before, now)).toEqual(expected)
  })

  test('the first verdict changes nothing', () => {
    expect(changesSince(undefined, verdict('broken', ['x', 'likely', 'cluster']))).toEqual([])
  })

  test('is remembered', () => {
    addPieces(folder, openCase(folder), [piece('first')])
    keepVerdict(folder, verdict('undecided'))
    expect(openCase(folder).before?.verdict).toBe('undecided')
  })
})
