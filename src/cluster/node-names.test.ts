import { expect, test } from 'vitest'
import { isLocalhost, isOtherNameOf, isSameMachine, ownNamesAt } from '#cluster/node-names.ts'
import { factsOf } from '#cluster/testing/facts.ts'

test.each<[string, string, string, boolean]>([
  ['short and full', 'w1', 'w1.example.net', true],
  ['letter case', 'W1', 'w1', true],
  ['one name is not another', 'w1', 'w1', false],
  ['a name that only begins alike', 'w1', 'w10', false],
  ['two domains', 'w1.a.net', 'w1.b.net', false],
  ['no name', '', 'w1', false],
])('%s', (_, a, b, expected) => {
  expect(isOtherNameOf(a, b)).toBe(expected)
})

test('a machine that lost its name may be any', () => {
  expect(['localhost', 'localhost.localdomain', 'localhost4', 'localhostess'].map(isLocalhost)).toEqual([
    true,
    true,
    true,
    false,
  ])
  expect([
    isSameMachine('w1', 'localhost'),
    isSameMachine('localhost', 'localhost'),
    isSameMachine('w1', 'w2'),
  ]).toEqual([true, false, false])
})

test('what a calico-node calls itself is known by its log, and by its pod', () => {
  const starting = { message: { id: 'startup/starting', params: { node: 'w1.lab' } }, node: 'w1', count: 1 }
  const other = { message: { id: 'startup/starting', params: { node: 'w2' } }, node: 'w2', count: 1 }
  const facts = factsOf({ messages: [starting, other] })
  const [row] = facts.rows('messages').filter(({ node }) => node === 'w1')
  expect(row === undefined ? [] : ownNamesAt(facts, row)).toEqual(['w1.lab', 'w1'])
})
