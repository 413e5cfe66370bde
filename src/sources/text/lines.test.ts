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
    ['a speaker with a date', '[07.01.26, 10:32:11] Ann: bird: Started', 'bird: Started'],
    ['a speaker of a log of IRC', '10:32 <ann> bird: Started', 'bird: Started'],
    ['a speaker before an indented line', '[10:32] Ann:     State: Waiting', '    State: Waiting'],
    ['a speaker without a time, before output', 'Ann: bird: Started', 'bird: Started'],
    ['a file’s name by grep', 'node.log:12:bird: Started', 'bird: Started'],
    ['a line’s number by grep', '12:bird: Started', 'bird: Started'],
    ['HTML', 'a &lt;none&gt; &quot;b&quot;', 'a <none> "b"'],
    ['typographic quotation marks', 'msg=“x y”', 'msg="x y"'],
    ['one code span', '`net.ipv4.ip_forward = 0`', 'net.ipv4.ip_forward = 0'],
    ['emphasis', '**Restarting did not help.**', 'Restarting did not help.'],
    ['a point of a list before a log line', '- bird: Started', 'bird: Started'],
    ['a margin before a log line', '    bird: Started', 'bird: Started'],
    ['the foot of a pager', '(END)', ''],
    ['near miss: an item of YAML', '- name: x', '- name: x'],
    ['near miss: a key', 'Error: x', 'Error: x'],
    [
      'near miss: a file that tells something',
      '/etc/tmpfiles.d/a.conf:d /run/a',
      '/etc/tmpfiles.d/a.conf:d /run/a',
    ],
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

describe('marks before each line of a stretch', () => {
  test.each([
    ['a quotation’s bar', '| a: 1\n|\n| b', ['a: 1', '', 'b']],
    ['a terminal’s bar', '│ a\n│   b', ['a', '  b']],
    ['a diff’s plus', '+ a:\n+   b: 1', ['a:', '  b: 1']],
    ['an editor’s numbers', ' 9: a\n10:   b\n11: c', ['a', '  b', 'c']],
    ['numbers of cat -n', '     1\ta\n     2\t  b', ['a', '  b']],
    ['near miss: a table', '| a | b |\n| c | d |', ['| a | b |', '| c | d |']],
    [
      'near miss: interfaces',
      '1: lo: <UP> mtu 1\n2: eth0: <UP> mtu 1',
      ['1: lo: <UP> mtu 1', '2: eth0: <UP> mtu 1'],
    ],
    ['near miss: numbers that do not follow each other', '1: a\n7: b', ['1: a', '7: b']],
    ['near miss: one number', '3: a', ['3: a']],
  ])('%s', (_, text, lines) => {
    expect(cleanLines(text).map((line) => line.text)).toEqual(lines)
  })
})

test('blocks of whole lines are read as the whole text is', () => {
  const text = 'a\n\nb\n\n\nc\n'
  for (let cut = 1; cut < text.length; cut++)
    if (text[cut - 1] === '\n')
      expect(cleanLines([text.slice(0, cut), text.slice(cut)])).toEqual(cleanLines(text))
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
  ['[WARNING]  (1) : Server a/b is DOWN', true],
  ['[WARNING]: the master is gone', false],
  ['Jan  7 06:30:00 n1 kubelet[1]: x', true],
  ['calico-node-x7k2p  1/1  Running  0  5m', false],
  ['The bird: Started', false],
  ['{', false],
])('looksLikeLog %s', (line, is) => {
  expect(looksLikeLog(line)).toBe(is)
})
