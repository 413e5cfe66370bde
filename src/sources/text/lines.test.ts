import { describe, expect, test } from 'vitest'
import { cleanLine, cleanLines, joinWrapped, looksLikeLog } from '#sources/text/lines.ts'

describe('cleanLine', () => {
  test.each([
    ['a colour', '\u001b[31mError\u001b[0m: x', 'Error: x'],
    ['a terminal’s title', '\u001b]0;host\u0007$ kubectl get nodes', '$ kubectl get nodes'],
    ['Windows’ line end', 'Ready\r', 'Ready'],
    ['quote marks of mail', '> > bird: Started', 'bird: Started'],
    ['a speaker of a chat', '[10:32] Ann B.: bird: Started', 'bird: Started'],
    ['a speaker with a time of twelve hours', '10:32 AM Ann: bird: Started', 'bird: Started'],
    ['a speaker of IRC', '<ann> bird: Started', 'bird: Started'],
    ['spaces that do not break', 'a\u00a0b', 'a b'],
    ['a tab', 'Name:\tbird', 'Name:        bird'],
    ['leading spaces, which mean something', '    type: Ready  ', '    type: Ready'],
    ['near miss: a time of day in output', '06:44:51 up 3 days', '06:44:51 up 3 days'],
    ['near miss: a placeholder', '<none>   <none>', '<none>   <none>'],
  ])('%s', (_, raw, clean) => {
    expect(cleanLine(raw)).toBe(clean)
  })
})

test('output in backticks is a line of its own, with the number of its sentence', () => {
  const lines = cleanLines(
    'one\n- you see `Warning  Unhealthy  5m  kubelet  Readiness probe failed` in `describe`',
  )
  expect(lines).toEqual([
    { text: 'one', number: 1 },
    { text: '- you see … in `describe`', number: 2 },
    { text: 'Warning  Unhealthy  5m  kubelet  Readiness probe failed', number: 2 },
  ])
})

test('iptables’ quotation marks quote nothing', () => {
  const line =
    "2022-12-13 18:57:44.086 [WARNING][1] felix/table.go 1: x errorOutput=\"Couldn't load match `set':No such file `x'\""
  expect(cleanLines(line)).toEqual([{ text: line, number: 1 }])
})

describe('joinWrapped', () => {
  test('a terminal’s width cuts words', () => {
    const first = `${'x'.repeat(78)}10.9`
    expect(joinWrapped([first, '4.227.28'])).toBe(`${first}4.227.28`)
  })
  test('people cut between words', () => {
    expect(joinWrapped(['Network plugin returns error:', 'cni plugin not initialized'])).toBe(
      'Network plugin returns error: cni plugin not initialized',
    )
  })
  test('a probe’s second line stays a line', () => {
    expect(joinWrapped(['Readiness probe failed: … = 0', 'calico/node is not ready: x'])).toBe(
      'Readiness probe failed: … = 0\ncalico/node is not ready: x',
    )
  })
})

test.each([
  ['2026-01-07 06:30:00.123 [INFO][9] startup/startup.go 1: x', true],
  ['bird: Started', true],
  ['Jan  7 06:30:00 n1 kubelet[1]: x', true],
  ['calico-node-x7k2p  1/1  Running  0  5m', false],
  ['The bird: Started', false],
  ['{', false],
])('looksLikeLog %s', (line, is) => {
  expect(looksLikeLog(line)).toBe(is)
})
