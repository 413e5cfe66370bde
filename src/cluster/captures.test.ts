import { expect, test } from 'vitest'
import { answered, swallowed, unanswered } from '#cluster/captures.ts'
import type { CaptureRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const packet = (more: Partial<CaptureRow> = {}): CaptureRow => ({
  node: 'w1',
  protocol: 'ipip',
  source: '10.0.0.21',
  destination: '10.0.0.22',
  shows: 'packet',
  ...more,
})
const nothing = (more: Partial<CaptureRow> = {}): CaptureRow => ({
  node: 'w2',
  protocol: 'ipip',
  shows: 'nothing',
  ...more,
})
const back = packet({ source: '10.0.0.22', destination: '10.0.0.21' })

test.each<[string, readonly CaptureRow[], boolean]>([
  ['leaves one node, never comes to the other', [packet(), nothing()], true],
  ['two machines that nobody named', [packet({ node: '' }), nothing({ node: '' })], true],
  ['the same machine: another time', [packet(), nothing({ node: 'w1' })], false],
  ['another protocol', [packet({ protocol: 'vxlan' }), nothing()], false],
  ['one capture alone', [packet()], false],
  [
    'who listened for these two',
    [packet(), nothing({ source: '10.0.0.21', destination: '10.0.0.22' })],
    true,
  ],
  ['who listened for others', [packet(), nothing({ source: '10.0.0.29', destination: '10.0.0.22' })], false],
])('swallowed: %s', (_, captures, expected) => {
  expect(swallowed(factsOf({ captures }), 'ipip') !== undefined).toBe(expected)
})

test('answered and unanswered', () => {
  expect(answered(factsOf({ captures: [packet(), back] }), 'ipip')).toBeDefined()
  expect(unanswered(factsOf({ captures: [packet(), back] }), 'ipip')).toBeUndefined()
  expect(unanswered(factsOf({ captures: [packet()] }), 'ipip')).toBeDefined()
  expect(unanswered(factsOf({ captures: [nothing()] }), 'ipip')).toBeUndefined()
})
