import { expect, test } from 'vitest'
import { isBefore } from '#cluster/versions.ts'

test.each<[string, string, boolean | undefined]>([
  ['v3.9.1', '3.12', true],
  ['v3.12.0', '3.12', false],
  ['v3.29.1', '3.29.2', true],
  ['4.18.0-553.el8', '4.18', false],
  ['master', '3.12', undefined],
])('%s is older than %s: %s', (version, other, expected) => {
  expect(isBefore(version, other)).toBe(expected)
})
