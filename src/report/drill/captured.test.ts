import { describe, expect, test } from 'vitest'
import { commandLines, outputLines } from '#report/drill/captured.ts'

const at = (width: number) => ({ first: '  ', width })

describe('a command in a narrow terminal', () => {
  test.each([
    ['that fits stays', '$ kubectl get nodes', ['  $ kubectl get nodes']],
    [
      'goes on behind a backslash, between words',
      '$ kubectl -n kube-system get pods -o wide',
      ['  $ kubectl -n \\', '    kube-system get \\', '    pods -o wide'],
    ],
    ['is cut within a word that is too long', `$ ${'x'.repeat(40)}`, undefined],
  ])('%s', (_, command, lines) => {
    const shown = commandLines(command, at(22))
    if (lines !== undefined) expect(shown).toEqual(lines)
    for (const line of shown) expect(line.length).toBeLessThanOrEqual(22)
    // As a shell would read it.
    const read = shown
      .map((line) => line.slice(2))
      .join('\n')
      .replace(/\\\n {2}/g, '')
    expect(read).toBe(command)
  })
})

describe('output in a narrow terminal', () => {
  test('goes on behind a mark, between its columns, and nothing of it is lost', () => {
    const line = 'kube-system   calico-node-56pxz   0/1   CrashLoopBackOff   7 (2m ago)   11m'
    const shown = outputLines(line, at(30))
    expect(shown).toEqual([
      '  kube-system',
      '  ↪ calico-node-56pxz   0/1',
      '  ↪ CrashLoopBackOff',
      '  ↪ 7 (2m ago)   11m',
    ])
  })

  test('is cut within a word that is too long', () => {
    const shown = outputLines('x'.repeat(50), at(22))
    for (const each of shown) expect(each.length).toBeLessThanOrEqual(22)
    expect(shown.map((each) => each.replace(/^ {2}(↪ )?/, '')).join('')).toBe('x'.repeat(50))
  })
})
