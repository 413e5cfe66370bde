import { expect, test } from 'vitest'
import { selects } from '#cluster/selectors.ts'

const labels = { 'kubernetes.io/hostname': 'w1', rack: 'a', 'route-reflector': 'true', empty: '' }

test.each<[string, boolean | undefined]>([
  ['', true],
  ['all()', true],
  ['global()', false],
  ['has(rack)', true],
  ['has(route-reflector) && has(empty)', true],
  ['has(shelf)', false],
  ['!has(shelf)', true],
  ["rack == 'a'", true],
  ['rack=="b"', false],
  ["rack != 'b'", true],
  ["shelf != 'b'", true],
  ["shelf == ''", false],
  ["rack in {'a', 'b'}", true],
  ['rack in { }', false],
  ["rack not in {'b'}", true],
  ["shelf in {'a'}", false],
  ["shelf not in {'a'}", true],
  ["kubernetes.io/hostname starts with 'w' && kubernetes.io/hostname ends with '1'", true],
  ["rack contains 'x'", false],
  ["rack == 'b' || rack == 'a' && !(has(shelf) || rack == 'b')", true],
  ["(rack == 'b' || rack == 'a') && has(shelf)", false],
  ['!!has(rack)', true],
  ["rack = 'a'", undefined],
  ['rack == a', undefined],
  ["rack in {'a'", undefined],
  ["(rack == 'a'", undefined],
  ["rack == 'a' rack", undefined],
  ['has()', undefined],
  ["'a' == rack", undefined],
  ['!'.repeat(10_000), undefined],
  ['('.repeat(10_000), undefined],
])('%s', (selector, expected) => {
  expect(selects(selector, labels)).toBe(expected)
})
