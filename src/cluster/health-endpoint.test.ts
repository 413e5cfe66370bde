import { describe, expect, test } from 'vitest'
import { faultOfLoopback, isLoopback, movedEndpoints } from '#cluster/health-endpoint.ts'
import type { LinkRow, SettingRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'

test.each([
  ['127.0.0.1', true],
  ['127.0.1.1', true],
  ['[::1]', true],
  ['localhost', true],
  ['203.0.113.7', false],
  ['localhost.example', false],
])('%s is loopback: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected)
})

describe('faultOfLoopback', () => {
  const lo: LinkRow = {
    node: 'w1',
    name: 'lo',
    in: 'host',
    flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
    state: 'UNKNOWN',
  }
  test.each<[string, LinkRow, string | undefined]>([
    ['up', lo, undefined],
    ['up with its address', { ...lo, addresses: ['127.0.0.1/8'] }, undefined],
    ['down', { ...lo, state: 'DOWN', flags: ['LOOPBACK'] }, 'is down'],
    ['down, though it was up', { ...lo, state: 'DOWN' }, 'is down'],
    ['without its address', { ...lo, addresses: [] }, 'has no address'],
    ['another link that is down', { ...lo, name: 'eth1', state: 'DOWN' }, undefined],
    ['a pod’s', { ...lo, in: 'pod', state: 'DOWN' }, undefined],
  ])('%s', (_, link, expected) => {
    expect(faultOfLoopback(link)).toBe(expected)
  })
})

test.each<[SettingRow, number]>([
  [{ of: 'env', name: 'FELIX_HEALTHENABLED', value: 'true' }, 0],
  [{ of: 'env', name: 'FELIX_HEALTHENABLED', value: 'false' }, 1],
  [{ of: 'env', name: 'FELIX_HEALTHHOST', value: '127.0.0.1' }, 0],
  [{ of: 'FelixConfiguration', name: 'healthHost', value: '0.0.0.0' }, 0],
  [{ of: 'FelixConfiguration', name: 'healthHost', value: '192.0.2.7' }, 1],
  [{ of: 'FelixConfiguration', name: 'healthPort', value: '9099' }, 0],
  [{ of: 'FelixConfiguration', name: 'healthPort', value: '9199' }, 1],
])('%j moves it: %i', (row, expected) => {
  expect(movedEndpoints(factsOf({ settings: [row] }))).toHaveLength(expected)
})
