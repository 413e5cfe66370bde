import { expect, test } from 'vitest'
import { spreadOf } from '#cluster/places.ts'
import { clusterSubject, nodeSubject } from '#cluster/subjects.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const facts = factsOf({
  pods: ['a', 'b', 'c'].map((node) => ({
    namespace: 'kube-system',
    name: `calico-node-${node}`,
    node,
    component: 'calico-node',
    containers: [],
  })),
})

test.each<[string, readonly string[], boolean]>([
  ['one of three', ['a'], false],
  ['one, told twice', ['a', 'a'], false],
  ['two of three', ['a', 'b'], true],
])('%s', (_, names, expected) => {
  expect(spreadOf(facts, names.map(nodeSubject)).isEverywhere).toBe(expected)
})

test('what was not placed does not count', () => {
  expect(spreadOf(facts, [clusterSubject, nodeSubject('a')])).toEqual({
    places: 1,
    nodes: 3,
    isEverywhere: false,
  })
})
