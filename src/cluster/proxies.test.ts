import { describe, expect, test } from 'vitest'
import { isExempt, proxiesTakenFor } from '#cluster/proxies.ts'
import { factsOf } from '#cluster/testing/facts.ts'

describe('isExempt', () => {
  test.each<[string, string, boolean]>([
    ['a range that holds it', 'localhost,10.97.0.0/16', true],
    ['the address itself, with a blank before it', 'localhost, 10.97.0.1', true],
    ['a star', '*', true],
    ['a range beside it', '10.98.0.0/16,127.0.0.1', false],
    ['the beginning of the address is no name’s end', '10.97', false],
    ['nothing', '', false],
  ])('%s', (_, noProxy, expected) => {
    expect(isExempt(noProxy, '10.97.0.1')).toBe(expected)
  })
})

describe('proxiesTakenFor', () => {
  const proxy = { of: 'proxy' as const, in: 'containerd', name: 'HTTPS_PROXY', value: 'http://proxy:3128' }
  const no = (value: string, unit = 'containerd') => ({
    of: 'proxy' as const,
    in: unit,
    name: 'NO_PROXY',
    value,
  })
  test.each<[string, readonly ReturnType<typeof no>[], number]>([
    ['there is no exemption', [], 1],
    ['its unit exempts it', [no('10.97.0.0/16')], 0],
    ['another unit exempts it', [no('10.97.0.0/16', 'docker')], 1],
    ['its unit exempts something else', [no('.example.test')], 1],
  ])('%s', (_, exemptions, expected) => {
    expect(proxiesTakenFor(factsOf({ settings: [proxy, ...exemptions] }), '10.97.0.1')).toHaveLength(expected)
  })
})
