/** Parts of kubectl that need no cluster: paths, flags, quotes, widths. */
import { describe, expect, test } from 'vitest'
import { threeWayPatch } from '#lab/kubectl/apply/three-way.ts'
import { durationMs } from '#lab/kubectl/flags.ts'
import { rendered } from '#lab/kubectl/jsonpath/find.ts'
import { parseTemplate } from '#lab/kubectl/jsonpath/parse.ts'
import { aligned, listTabs } from '#lab/kubectl/print/tab-writer.ts'
import { yamlText } from '#lab/kubectl/print/yaml.ts'
import { shellWords } from '#lab/kubectl/shell-words.ts'

describe('JSONPath', () => {
  const list = {
    items: [
      { name: 'a', ready: true, labels: { 'x.io/y': '1' }, ports: [80, 443] },
      { name: 'b', ready: false, labels: { 'x.io/y': '2' }, ports: [8080] },
    ],
  }
  test.each([
    ['{.items[*].name}', 'a b'],
    ['{.items[-1:].name}', 'b'],
    ['{.items[?(@.ready==true)].name}', 'a'],
    ['{.items[?(@.name!="a")].ports[0]}', '8080'],
    ['{range .items[*]}{.name}{"\\t"}{.ports}{"\\n"}{end}', 'a\t[80,443]\nb\t[8080]\n'],
    ["{.items[*]['name','ready']}", 'a b true false'],
    ['{.items[0].labels.x\\.io/y}', '1'],
    ["{.items[1].labels['x\\.io/y']}", '2'],
    ['{..name}', 'a b'],
    ['{.nope}', ''],
    ['plain {.items[0].name}!', 'plain a!'],
  ])('%s', (template, text) => {
    expect(rendered(parseTemplate(template), list)).toBe(text)
  })

  test.each([
    ['{.items[9]}', 'array index out of bounds: index 9, length 2'],
    ['{.items[a]}', 'invalid array index a'],
    ['{.items', 'unclosed action'],
  ])('%s is refused', (template, words) => {
    expect(() => rendered(parseTemplate(template), list)).toThrow(words)
  })
})

test.each([
  ['1h2m', 3_720_000],
  ['1.5s', 1500],
  ['0', 0],
  ['5', undefined],
  ['m', undefined],
])('the duration %s', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

test.each([
  [`get nodes -o jsonpath='{.items[*]}'`, ['get', 'nodes', '-o', 'jsonpath={.items[*]}']],
  ['patch x -p "{\\"a\\":1}"', ['patch', 'x', '-p', '{"a":1}']],
  ["exec a -- sh -c ''", ['exec', 'a', '--', 'sh', '-c', '']],
])('the words of %s', (line, words) => {
  expect(shellWords(line)).toEqual(words)
})

test('columns end with the lines that have them', () => {
  const lines = aligned(['NAME\tAGE', 'a-long-name\t1s', 'alone', 'x\ty'], listTabs)
  expect(lines).toEqual(['NAME          AGE', 'a-long-name   1s', 'alone', 'x     y'])
})

test('YAML is quoted and folded as go-yaml does it', () => {
  const long = `it: ${'word '.repeat(20)}end`
  expect(yamlText({ '.': {}, a: '1', b: 'x\ny\n', c: '*', d: 'no', e: ['- x', { f: long }] })).toBe(
    [
      '.: {}',
      'a: "1"',
      'b: |',
      '  x',
      '  y',
      "c: '*'",
      'd: "no"',
      'e:',
      "- '- x'",
      "- f: 'it: word word word word word word word word word word word word word word word",
      "    word word word word word end'",
      '',
    ].join('\n'),
  )
})

describe('what apply sends', () => {
  const rule = { fields: { list: { key: 'name', fields: {} }, set: { set: true } } } as const
  test.each([
    ['nothing for what is there', { a: 1 }, { a: 1 }, { a: 1, b: 2 }, {}],
    ['null for what a manifest no longer says', { a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2 }, { b: null }],
    ['nothing for what others added', {}, { a: 1 }, { a: 1, b: 2 }, {}],
    [
      'items by their key, and the deletion of those that are gone',
      { list: [{ name: 'x' }, { name: 'y' }] },
      { list: [{ name: 'x', v: 2 }] },
      { list: [{ name: 'x', v: 1 }, { name: 'y' }, { name: 'z' }] },
      {
        list: [
          { v: 2, name: 'x' },
          { $patch: 'delete', name: 'y' },
        ],
      },
    ],
    [
      'nothing for items that share a key',
      {},
      {
        list: [
          { name: 53, v: 'UDP' },
          { name: 53, v: 'TCP' },
        ],
      },
      {
        list: [
          { name: 53, v: 'UDP' },
          { name: 53, v: 'TCP' },
        ],
      },
      {},
    ],
    [
      'what is taken from a set',
      { set: ['a', 'b'] },
      { set: ['a'] },
      { set: ['a', 'b'] },
      { '$deleteFromPrimitiveList/set': ['b'] },
    ],
  ])('%s', (_, original, modified, current, patch) => {
    expect(threeWayPatch({ original, modified, current }, rule)).toEqual(patch)
  })
})
