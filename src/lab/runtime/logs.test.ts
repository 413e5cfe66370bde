import { expect, test } from 'vitest'
import { stamp } from '#lab/runtime/log-lines.ts'
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
  const line = 'x'.repeat(2 ** 20 - 64 * 41)
  const many = (2 * keptBytes) / 2 ** 20
  for (let i = 0; i < many; i++) log.writer('stdout').write(`${line}\n`)
  expect(log.lines().length).toBeLessThan(many)
  expect(log.bytes).toBeLessThanOrEqual(keptBytes)
  const cursor = log.written
  log.writer('stdout').write('new\n')
  expect(log.from(cursor).map(({ text }) => text)).toEqual(['new'])
})

test('a log gives each line back as it was written, whatever it begins with', () => {
  let now = Date.UTC(2026, 0, 7, 6, 0, 47, 123.4375)
  const log = new ContainerLog(() => now)
  const written = ['2026-01-07 06:00:47.123 [INFO] a', '2026-01-07 06:00:47.123', '[INFO] a', '']
  for (const line of written) log.writer('stderr').write(`${line}\n`)
  now += 60_000
  const later = ['2026-01-07 06:01:47.123 [INFO] a', '2026-01-07 06:00:47.123 [INFO] a']
  for (const line of later) log.writer('stdout').write(`${line}\n`)
  expect(log.lines().map(({ text }) => text)).toEqual([...written, ...later])
  expect(log.lines({ sinceMs: now }).map(({ stream, text }) => `${stream} ${text}`)).toEqual(
    later.map((text) => `stdout ${text}`),
  )
})

test('lines that were dropped leave the others as they were', () => {
  let now = 0
  const log = new ContainerLog(() => now)
  const rest = ` [INFO] ${'x'.repeat(200_000)}`
  const written: string[] = []
  for (now = Date.UTC(2026, 0, 7); log.lines().length === written.length; now += 1000) {
    written.push(`2026-01-07 ${new Date(now).toISOString().slice(11, 23)}${rest} ${written.length % 3}`)
    log.writer('stdout').write(`${written.at(-1)}\n`)
  }
  const left = log.lines().map(({ text }) => text)
  expect(left).toEqual(written.slice(-left.length))
})

test('a line that begins with its time is kept as if it had been written whole', () => {
  const nowMs = Date.UTC(2026, 0, 7, 6, 0, 47, 123.4375)
  const [whole, stamped] = [new ContainerLog(() => nowMs), new ContainerLog(() => nowMs)]
  const says = (timeMs: number) => {
    whole.writer('stdout').write(`${stamp(timeMs)} [INFO] x\n`)
    stamped.writer('stdout').writeStamped?.(timeMs, ' [INFO] x')
  }
  says(nowMs)
  says(nowMs - 60_000) // by a clock that is behind
  for (const log of [whole, stamped]) log.writer('stdout').write('half')
  says(nowMs)
  expect(stamped.lines()).toEqual(whole.lines())
  expect(stamped.lines().map(({ text }) => text)).toEqual([
    '2026-01-07 06:00:47.123 [INFO] x',
    '2026-01-07 05:59:47.123 [INFO] x',
    'half2026-01-07 06:00:47.123 [INFO] x',
  ])
  expect(stamped.bytes).toBe(whole.bytes)
})
