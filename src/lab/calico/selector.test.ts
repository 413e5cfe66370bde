import { describe, expect, test } from 'vitest'
import { calicoSelector, SelectorError } from '#lab/calico/selector.ts'

const labels = { role: 'db', 'rr-node': 'true', rack: 'a-7' }

describe('a selector', () => {
  test.each([
    ['', true],
    ['all()', true],
    ['global()', false],
    ["role == 'db'", true],
    ['role == "web"', false],
    ["zone != 'x'", true],
    ['has(rr-node)', true],
    ['!has(rr-node)', false],
    ["has(rr-node) && role == 'web'", false],
    ["has(nothing) || role == 'db' && has(rack)", true],
    ["!(has(nothing) || role == 'db')", false],
    ["role in {'web', 'db'}", true],
    ["role not in {'web', 'db'}", false],
    ["zone not in {'web'}", true],
    ["rack starts with 'a-'", true],
    ["rack ends with '-8'", false],
    ["rack contains '-'", true],
    ["projectcalico.org/x == 'y'", false],
  ])('%s', (text, holds) => {
    expect(calicoSelector(text)(labels)).toBe(holds)
  })

  test.each(['role = 1', "role == 'db' &&", 'has(x', 'role in db', '==', 'role == db'])(
    '%s is none',
    (text) => {
      expect(() => calicoSelector(text)).toThrow(SelectorError)
    },
  )
})
