import { expect, test } from 'vitest'
import { fillings } from '#cluster/host-limits.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const count = (value: string): SettingRow => ({
  of: 'sysctl',
  name: 'net.netfilter.nf_conntrack_count',
  value,
})
const max = (value: string): SettingRow => ({ of: 'sysctl', name: 'net.netfilter.nf_conntrack_max', value })

test.each<[string, readonly SettingRow[], readonly number[]]>([
  ['half full', [count('500'), max('1000')], [0.5]],
  ['full', [count('1000'), max('1000')], [1]],
  ['without its limit', [count('1000')], []],
  [
    'with the limit of another node',
    [
      { ...count('9'), node: 'w1' },
      { ...max('9'), node: 'w2' },
    ],
    [],
  ],
  ['no limit at all', [count('9'), max('0')], []],
  ['open files', [{ of: 'sysctl', name: 'fs.file-nr', value: '900 0 1000' }], [0.9]],
  [
    'a pod’s',
    [
      { ...count('9'), in: 'pod/web' },
      { ...max('9'), in: 'pod/web' },
    ],
    [],
  ],
])('%s', (_, settings, expected) => {
  expect(fillings(factsOf({ settings })).map(({ part }) => part)).toEqual(expected)
})
