import { expect, test } from 'vitest'
import { sessionBorders } from '#cluster/session-borders.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const seen = (peer: string, up: boolean) =>
  ({ node: 'w1', peer, kind: 'mesh', up, state: up ? 'Established' : 'Active' }) as const

test('a border is where silence begins', () => {
  const facts = factsOf({ bgpSessions: [seen('10.1.1.5', true), seen('10.1.2.5', false)] })
  expect(sessionBorders(facts)).toMatchObject([{ inside: ['10.1.1'], beyond: ['10.1.2'] }])
})

test.each<[string, readonly ReturnType<typeof seen>[]]>([
  ['one within the network is silent, too', [seen('10.1.1.5', true), seen('10.1.1.6', false)]],
  ['of IPv6 nobody knows where a network ends', [seen('10.1.1.5', true), seen('fd00:1::5', false)]],
  ['nobody answers', [seen('10.1.1.5', false), seen('10.1.2.5', false)]],
])('no border: %s', (_, bgpSessions) => {
  expect(sessionBorders(factsOf({ bgpSessions }))).toEqual([])
})
