import { expect, test } from 'vitest'
import { factsOf } from '#cluster/testing/facts.ts'
import { windowsNodes } from '#cluster/windows.ts'

test.each<[string, object, number]>([
  ['by its system', { osImage: 'Windows Server 2022 Datacenter' }, 1],
  ['by its label', { labels: { 'kubernetes.io/os': 'windows' } }, 1],
  ['not Linux', { osImage: 'Ubuntu 24.04', labels: { 'kubernetes.io/os': 'linux' } }, 0],
  ['not what says nothing', {}, 0],
])('%s', (_, more, count) => {
  const node = { name: 'n', unschedulable: false, conditions: [], taints: [], labels: {}, ...more }
  expect(windowsNodes(factsOf({ nodes: [node] })).length).toBe(count)
})
