import { describe, expect, test } from 'vitest'
import type { MessageRow, PodRow } from '#cluster/relations.ts'
import type { ReadRow } from '#sources/reading.ts'
import { gathered } from '#sources/text/gathered.ts'

const message = (atMs: number | undefined, params: Record<string, string> = {}, node = 'w1'): ReadRow => {
  const time = atMs === undefined ? {} : { atMs }
  const row: MessageRow = { message: { id: 'bird/started', params }, node, count: 1, ...time }
  return { relation: 'messages', row, from: { source: `line ${atMs}`, ...time } }
}

const pod = (line: number, more: Partial<PodRow> = {}): ReadRow => ({
  relation: 'pods',
  row: { namespace: 'shop', name: 'web-0', containers: [], ...more },
  from: { source: `line ${line}` },
})

const rowsOf = (reads: readonly ReadRow[]): readonly ReadRow[] => {
  const into = gathered()
  for (const read of reads) into.add(read)
  return into.rows()
}

describe('rows while a text is read', () => {
  test('equal lines of a log are one row: how many, from when to when', () => {
    const rows = rowsOf(Array.from({ length: 10_000 }, (_, at) => message(1000 + at)))
    expect(rows).toMatchObject([{ row: { count: 10_000, firstAtMs: 1000, atMs: 10_999 } }])
  })

  test('the order of equal lines makes no difference', () => {
    const reads = [message(3), message(1), message(undefined), message(2)]
    expect(rowsOf(reads.toReversed())).toEqual(rowsOf(reads))
  })

  test('of what differs without end the newest are kept, of each node', () => {
    const reads = ['w1', 'w2'].flatMap((node) =>
      Array.from({ length: 5000 }, (_, at) => message(at, { id: String(at) }, node)),
    )
    const rows = rowsOf(reads)
    expect(rows.length).toBeLessThan(500)
    for (const node of ['w1', 'w2'])
      expect(
        rows.filter(({ row }) => 'node' in row && row.node === node && 'atMs' in row && row.atMs === 4999),
      ).toHaveLength(1)
  })

  test('objects are all kept, however many they are', () => {
    expect(rowsOf(Array.from({ length: 5000 }, (_, at) => pod(at, { name: `web-${at}` })))).toHaveLength(5000)
  })

  test('a table that was printed again and again takes no more room, and loses nothing', () => {
    const rows = rowsOf([
      pod(0, { node: 'w1' }),
      ...Array.from({ length: 5000 }, (_, at) => pod(at, { restarts: at })),
    ])
    expect(rows.length).toBeLessThan(20)
    expect(rows.some(({ row }) => 'node' in row && row.node === 'w1')).toBe(true)
  })
})
