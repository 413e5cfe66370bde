import { expect, test } from 'vitest'
import { sickFew, triedRungs } from '#cluster/ladder.ts'
import type { PodRow } from '#cluster/relations.ts'
import { ago, factsOf } from '#cluster/testing/facts.ts'

const pod = (node: string, ready: boolean, ageMinutes: number): PodRow => ({
  namespace: 'kube-system',
  name: `calico-node-${node}`,
  node,
  component: 'calico-node',
  ready,
  containers: [],
  createdAtMs: ago(ageMinutes),
})

test('a rung is tried when somebody says so, when an event tells of it, and when a pod is much younger than the others', () => {
  const facts = factsOf({
    attempts: [{ act: 'reload-worker', outcome: 'cured', node: 'w1' }],
    events: [
      { about: { kind: 'Node', name: 'w2' }, type: 'Warning', reason: 'Rebooted', message: '', count: 1 },
    ],
    pods: [pod('w1', true, 9000), pod('w2', true, 8000), pod('w3', false, 20)],
  })
  expect(triedRungs(facts).map(({ rung, node, by }) => `${rung} ${node} ${by}`)).toEqual([
    'reload w1 said',
    'reboot w2 seen',
    'new-pod w3 seen',
  ])
})

test.each<[string, readonly boolean[], number]>([
  ['one of three', [true, true, false], 1],
  ['two of three', [true, false, false], 0],
  ['one of two: nobody knows which of them is the rule', [true, false], 0],
  ['none', [true, true, true], 0],
])('the sick few: %s', (_, ready, expected) => {
  expect(sickFew(factsOf({ pods: ready.map((is, at) => pod(`w${at}`, is, 10)) }))).toHaveLength(expected)
})
