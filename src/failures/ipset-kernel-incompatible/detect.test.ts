import { describe, expect, test } from 'vitest'
import { mode } from '#failures/ipset-kernel-incompatible/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const log = '2025-03-04 05:06:07.890 [ERROR][77] felix/ipsets.go 656: '

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'in Felix’s log, with the error of ipset inside',
      `${log}Bad return code from 'ipset list cali40s:abc'. error=exit status 1 family="inet" stderr="ipset v7.11: Kernel and userspace incompatible: settype hash:net with revision 8 not supported by userspace.\\n"`,
      'confirmed',
    ],
    [
      'in ipset’s own words',
      'ipset v7.10: Kernel and userspace incompatible: settype hash:ip,port with revision 7 not supported by userspace',
      'confirmed',
    ],
    ['in Felix’s panic alone', `${log}Failed to update IP sets after multiple retries.`, 'likely'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'another refusal by the kernel: a module is missing',
      'ipset v7.11: Kernel error received: Invalid argument',
    ],
    ['a set in use', 'ipset v7.11: Set cannot be destroyed: it is in use by a kernel component'],
    ['Felix retries for another reason', `${log}Retrying after an ipsets update failure... family="inet"`],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})
