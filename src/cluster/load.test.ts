import { expect, test } from 'vitest'
import { busy } from '#cluster/load.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const count = (...figures: readonly (readonly [name: string, value: string, node?: string])[]) =>
  busy(
    factsOf({
      settings: figures.map(([name, value, node]) => ({
        of: 'other' as const,
        in: 'load',
        name,
        value,
        ...(node !== undefined && { node }),
      })),
    }),
  ).length

test.each<[string, number, number]>([
  ['a load of four on one processor', count(['load-average', '4.10'], ['cpus', '1']), 1],
  ['a load of four on eight', count(['load-average', '4.10'], ['cpus', '8']), 0],
  ['a load of four, processors unknown', count(['load-average', '4.10']), 0],
  ['a load of forty, processors unknown', count(['load-average', '40.10']), 1],
  ['processors of another node', count(['load-average', '4.10', 'a'], ['cpus', '1', 'b']), 0],
  ['no idle time', count(['cpu-idle-percent', '0.3']), 1],
  ['much idle time', count(['cpu-idle-percent', '61.0']), 0],
  ['a node that is used up', count(['node-cpu-percent', '99', 'a']), 1],
  ['a group that was never throttled', count(['nr_throttled', '0']), 0],
])('%s', (_, found, expected) => {
  expect(found).toBe(expected)
})
