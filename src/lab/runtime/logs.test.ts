import { expect, test } from 'vitest'
import { ContainerLog, keptBytes } from '#lab/runtime/logs.ts'

test('a log keeps whole lines with the time of their end', () => {
  let now = 1
  const log = new ContainerLog(() => now)
  log.writer('stdout').write('one\ntw')
  now = 2
  log.writer('stderr').write('beside\n')
  log.writer('stdout').write('o\nrest')
  expect(log.lines().map(({ text }) => text)).toEqual(['one', 'beside', 'two'])
  log.end()
  expect(log.lines().at(-1)).toEqual({ timeMs: 2, stream: 'stdout', text: 'rest' })
})

test('tail and since choose lines', () => {
  let now = 0
  const log = new ContainerLog(() => now)
  for (now = 1; now <= 5; now++) log.writer('stdout').write(`${now}\n`)
  const texts = (o: Parameters<ContainerLog['lines']>[0]) => log.lines(o).map(({ text }) => text)
  expect(texts({ tailLines: 2 })).toEqual(['4', '5'])
  expect(texts({ tailLines: 0 })).toEqual([])
  expect(texts({ sinceMs: 4 })).toEqual(['4', '5'])
  expect(texts({ sinceMs: 2, tailLines: 1 })).toEqual(['5'])
})

test('a log is bounded, and a follower’s cursor survives what was dropped', () => {
  const log = new ContainerLog(() => 0)
  const line = 'x'.repeat(968)
  const many = (2 * keptBytes) / 1000
  for (let i = 0; i < many; i++) log.writer('stdout').write(`${line}\n`)
  expect(log.lines().length).toBeLessThan(many)
  expect(log.lines().length * 1000).toBeLessThanOrEqual(keptBytes)
  const cursor = log.written
  log.writer('stdout').write('new\n')
  expect(log.from(cursor).map(({ text }) => text)).toEqual(['new'])
})
