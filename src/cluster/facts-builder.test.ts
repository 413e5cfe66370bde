import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Coverage, Facts } from '#cluster/facts.ts'
import { factsBuilder, mergeFacts, withoutRelation } from '#cluster/facts-builder.ts'
import type { MessageRow, NodeRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'

const complete: Coverage = { kind: 'complete' }
const partial: Coverage = { kind: 'partial' }
const forbidden: Coverage = { kind: 'missing', why: 'forbidden' }

const node = (name: string, more: Partial<NodeRow> = {}): NodeRow => ({
  name,
  unschedulable: false,
  conditions: [],
  taints: [],
  labels: {},
  ...more,
})

const line = (atMs: number, count = 1): MessageRow => ({
  message: { id: 'bird/started', params: {} },
  node: 'w1',
  atMs,
  count,
})

function facts(fill: (builder: ReturnType<typeof factsBuilder>) => void, observedAtMs = 10): Facts {
  const builder = factsBuilder({ unread: 'not-in-text' })
  fill(builder)
  return builder.freeze({ observedAtMs })
}

describe('coverage', () => {
  const read = facts((builder) => {
    builder.cover('nodes', complete)
    builder.cover('hostPaths', forbidden, nodeSubject('w1'))
    builder.cover('hostPaths', complete, nodeSubject('w1'))
    builder.cover('hostPaths', partial)
  })

  test.each<[string, Coverage, Coverage]>([
    ['of a subject falls back to the whole', read.coverage('nodes', nodeSubject('w1')), complete],
    ['is the best that was said of a subject', read.coverage('hostPaths', nodeSubject('w1')), complete],
    ['of another subject is the whole’s', read.coverage('hostPaths', nodeSubject('w2')), partial],
    [
      'of what nobody read is missing, for the source’s reason',
      read.coverage('pods'),
      { kind: 'missing', why: 'not-in-text' },
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual).toEqual(expected)
  })

  test('merged: the best of every source, per subject', () => {
    const other = facts((builder) => {
      builder.cover('hostPaths', complete, nodeSubject('w2'))
      builder.cover('pods', forbidden)
    })
    const both = mergeFacts([read, other])
    expect(['w1', 'w2', 'w3'].map((name) => both.coverage('hostPaths', nodeSubject(name)).kind)).toEqual([
      'complete',
      'complete',
      'partial',
    ])
    expect(both.coverage('pods')).toEqual(forbidden)
  })
})

describe('rows', () => {
  test('of one key are one row: the newer tells, the older fills', () => {
    const { from, ...row } = facts((builder) => {
      builder.add('nodes', node('w1', { internalIp: '10.0.0.21', kubeletVersion: 'v1.30.1' }), {
        source: 'old',
        atMs: 1,
      })
      builder.add('nodes', node('w1', { kubeletVersion: 'v1.31.9' }), { source: 'new', atMs: 2 })
    }).rows('nodes')[0] ?? { from: undefined }
    expect(from).toEqual({ source: 'new', atMs: 2 })
    expect(row).toMatchObject({ internalIp: '10.0.0.21', kubeletVersion: 'v1.31.9' })
  })

  test('a condition’s reason of before does not explain its status of now', () => {
    const [row] = facts((builder) => {
      const before = { type: 'Ready', status: 'False', reason: 'KubeletNotReady' } as const
      builder.add('nodes', node('w1', { conditions: [before] }), { source: 'describe', atMs: 1 })
      builder.add('nodes', node('w1', { conditions: [{ type: 'Ready', status: 'True' }] }), {
        source: 'get',
        atMs: 2,
      })
    }).rows('nodes')
    expect(row?.conditions).toEqual([{ type: 'Ready', status: 'True' }])
  })

  test('equal lines of one source add up; the same line told by two sources does not', () => {
    const once = facts((builder) => {
      for (const atMs of [1, 2, 3]) builder.add('messages', line(atMs), { source: 'log', atMs })
    })
    expect(once.rows('messages')).toMatchObject([{ count: 3, firstAtMs: 1, atMs: 3 }])
    expect(mergeFacts([once, once]).rows('messages')).toMatchObject([{ count: 3, firstAtMs: 1, atMs: 3 }])
  })

  test('an event that kubelet recorded anew after its restart is another event', () => {
    const event = {
      about: { kind: 'Node', name: 'w1' },
      type: 'Normal',
      reason: 'Starting',
      message: 'Starting kubelet.',
      count: 1,
    } as const
    const read = facts((builder) => {
      for (const minute of [1, 5])
        builder.add(
          'events',
          { ...event, firstAtMs: minute * 60_000, lastAtMs: minute * 60_000 },
          { source: 'events' },
        )
    })
    expect(read.rows('events')).toHaveLength(2)
  })
})

test('a hidden relation is as if it had not been read', () => {
  const read = facts((builder) => {
    builder.add('nodes', node('w1'), { source: 'nodes' })
    builder.cover('nodes', complete)
  })
  const hidden = withoutRelation(read, 'nodes', 'forbidden')
  expect(hidden.rows('nodes')).toEqual([])
  expect(hidden.coverage('nodes', nodeSubject('w1'))).toEqual(forbidden)
})

describe('merging', () => {
  const anySource = fc
    .array(
      fc.record({
        name: fc.constantFrom('w1', 'w2'),
        ip: fc.option(fc.constantFrom('10.0.0.1', '10.0.0.2')),
        atMs: fc.nat(3),
        source: fc.constantFrom('a', 'b'),
      }),
      {
        maxLength: 5,
      },
    )
    .map((rows) =>
      facts((builder) => {
        for (const { name, ip, atMs, source } of rows)
          builder.add('nodes', node(name, ip === null ? {} : { internalIp: ip }), { source, atMs })
      }),
    )
  const rowsOf = (sources: readonly Facts[]): string => JSON.stringify(mergeFacts(sources).rows('nodes'))

  test('does not depend on the order of the sources, and twice is once', () => {
    fc.assert(
      fc.property(anySource, anySource, (a, b) => {
        expect(rowsOf([a, b])).toBe(rowsOf([b, a]))
        expect(rowsOf([a, a])).toBe(rowsOf([a]))
      }),
    )
  })
})
