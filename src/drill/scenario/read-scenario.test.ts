import { describe, expect, test } from 'vitest'
import { readScenario } from '#drill/scenario/read-scenario.ts'
import { scaffoldOf } from '#drill/scenario/scaffold.ts'

const good = scaffoldOf({ id: 'night-shift' })

/** The scaffold with one thing changed. Throws where there is nothing to change. */
function changed(from: string | RegExp, to: string): string {
  const text = good.replace(from, to)
  if (text === good) throw new Error(`the scaffold has no ${from}`)
  return text
}

const errors = (text: string): readonly string[] => {
  const read = readScenario(text)
  return read.ok ? [] : read.error.map(({ line, message }) => `${line}: ${message}`)
}

const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length

describe('a scenario', () => {
  test('as it is begun reads without an error, block by block', () => {
    const read = readScenario(good)
    expect(read.ok && read.value).toMatchObject({
      id: 'night-shift',
      pagedAtMs: Date.parse('2026-01-07T06:30:00Z'),
      pagedAfterMs: 480_000,
      strike: { mode: 'kubelet-lost-contact', node: 'k8s-worker-03' },
      rounds: [
        {
          sees: [{ act: 'kubectl' }],
          choices: { A: { leads: 'again', takesMs: 120_000 }, B: { leads: 'next' } },
        },
        { choices: {}, actions: [{ leads: 'next', steps: [{ act: 'kubectl' }, { act: 'expect' }] }] },
      ],
      hints: [{ costMs: 120_000 }],
    })
    expect(read.ok && [read.value.fixes.length, read.value.shortcuts.length]).toEqual([3, 1])
  })

  test('reads with the line ends of Windows', () => {
    expect(errors(good.replaceAll('\n', '\r\n'))).toEqual([])
  })

  test('says where a branch leads', () => {
    const text = changed('```acts 2m', '```acts 4m -> end')
    const read = readScenario(text)
    expect(read.ok && read.value.rounds[0]?.choices['A']).toMatchObject({ takesMs: 240_000, leads: 'end' })
  })
})

describe('what is wrong is said with its line', () => {
  test.each([
    ['no front matter', () => '# Incident Replay: x', '1: no front matter', ''],
    ['YAML that is none', () => changed('tags: []', 'tags: [a'), 'front matter: Flow sequence', ''],
    ['a value of another kind', () => changed('L1', 'L9'), 'front matter: difficulty: ', 'difficulty'],
    ['a key that there is not', () => changed('tags:', 'tagz:'), 'front matter: ', ''],
    [
      'what a terminal would obey',
      () => changed(/^teaches: .*$/m, 'teaches: "To look\\e[2J at the log first"'),
      'front matter: teaches: control characters are not read',
      'teaches',
    ],
    [
      'a bad duration',
      () => changed('pagedAfter: 8m', 'pagedAfter: soon'),
      'front matter: pagedAfter: "soon"',
      'pagedAfter',
    ],
    [
      'a block without an end',
      () => changed(/```\n\n\*\*Choose/, '\n**Choose'),
      'the block that begins here has no end',
      '```see',
    ],
    [
      'a step that is none',
      () => changed('$ kubectl get nodes', 'kubectl get nodes'),
      '"kubectl get nodes" is no step',
      'kubectl get nodes\n',
    ],
    [
      'a round that there is not',
      () => changed('```acts 2m', '```acts 2m -> round 7'),
      'there is no round 7; the last is 2',
      '```acts 2m -> round 7',
    ],
    [
      'a way that is none',
      () => changed('```acts 2m', '```acts 2m -> back'),
      '"-> back": write next, again, end',
      '```acts 2m -> back',
    ],
    ['a block at no choice', () => changed('### If you chose D:', '### If you chose E:'), 'E', ''],
    [
      'a fix without its head',
      () => changed('### Fix: ANOTHER', '### ANOTHER'),
      'write the block below "### Fix: …"',
      '',
    ],
  ])('%s', (_, textOf, message, at) => {
    const text = textOf()
    const found = errors(text).find((each) => each.includes(message))
    expect(found, errors(text).join('\n')).toBeDefined()
    if (at !== '') expect(found).toMatch(new RegExp(`^${lineOf(text, at)}: `))
  })

  test('ten megabytes are refused at once', () => {
    expect(errors('x'.repeat(10_000_000))).toEqual([
      expect.stringMatching(/^1: the file has 10000000 characters/),
    ])
  })
})
