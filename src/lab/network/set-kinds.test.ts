import { expect, test } from 'vitest'
import { agreed, whyUnreadable } from '#lab/network/set-kinds.ts'

test.each([
  ['hash:ip', '7.19', '6.8.0-52-generic', 6],
  ['hash:ip', '7.11', '6.8.0-52-generic', 5],
  ['hash:ip', '7.19', '5.15.0-136-generic', 5],
  ['hash:ip', '7.1', '6.8.0-52-generic', 4],
  ['hash:ip', '7.19', '4.18.0-553.33.1.el8_10.x86_64', 4],
  ['hash:net', '7.19', '6.8.0-52-generic', 7],
  ['hash:ip,port', '7.17', '6.5.11', 7],
] as const)('a %s of ipset %s on kernel %s is of revision %i', (type, command, kernel, revision) => {
  expect(agreed(type, command, kernel)).toEqual({ type, revision })
})

test('what is newer than the command cannot be read', () => {
  expect(whyUnreadable({ type: 'hash:ip,port', revision: 7 }, '7.11')).toBe(
    'Kernel and userspace incompatible: settype hash:ip,port with revision 7 not supported by userspace.',
  )
  expect(whyUnreadable({ type: 'hash:net', revision: 7 }, '7.11')).toBeUndefined()
})
