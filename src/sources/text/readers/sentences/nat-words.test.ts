import { expect, test } from 'vitest'
import { natOffSaid } from '#sources/text/readers/sentences/nat-words.ts'
import { wordsOf } from '#sources/text/readers/sentences/words.ts'

test.each<[string, true | undefined]>([
  ['Our pool was made without natOutgoing.', true],
  ['The pool has no outgoing NAT', true],
  ['nat-outgoing is not set on the second pool', true],
  ['Outgoing NAT was disabled for this range', true],
  ['natOutgoing is on', undefined],
  ['The pool uses outgoing NAT', undefined],
  ['We enabled natOutgoing, which is not on by default', undefined],
  ['NAT is off on the router', undefined],
])('%s', (sentence, expected) => {
  expect(natOffSaid(wordsOf(sentence))).toBe(expected)
})
