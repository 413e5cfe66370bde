import { expect, test } from 'vitest'
import { pathText } from '#lab/api/custom/path.ts'
import { rulesOf } from '#lab/api/custom/rules.ts'

test('a path is written as fields and indexes', () => {
  const ports = { up: { up: undefined, step: 'spec' }, step: 'ports' }
  expect(pathText({ up: { up: ports, step: 2 }, step: 'name' })).toBe('spec.ports[2].name')
  expect(pathText(undefined)).toBe('')
})

test('a schema is read once, and knows whether there is a default anywhere in it', () => {
  const schema = {
    properties: { a: { items: { properties: { b: { default: 1 } } } }, c: { type: 'string' } },
  }
  const rules = rulesOf(schema)
  expect(rulesOf(schema)).toBe(rules)
  expect([rules.hasDefaults, rules.properties.get('c')?.hasDefaults]).toEqual([true, false])
})
