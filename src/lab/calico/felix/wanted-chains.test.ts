import { expect, test } from 'vitest'
import { verdict } from '#lab/calico/felix/rules.ts'
import { WantedChains } from '#lab/calico/felix/wanted-chains.ts'

const [accept, drop] = [[verdict('accept')], [verdict('drop')]]

test('a chain stays as long as one asks for it, and only what differs counts as changed', () => {
  const wanted = new WantedChains({ own: accept, shared: drop })
  wanted.ask({ shared: drop })
  wanted.settled()
  wanted.drop({ shared: drop })
  expect([...wanted.changed]).toEqual([])
  wanted.replace({ own: accept }, { own: drop, more: accept })
  expect([...wanted.changed]).toEqual(['own', 'more'])
  expect(wanted.chains).toEqual({ own: drop, shared: drop, more: accept })
  wanted.settled()
  wanted.drop({ shared: drop })
  expect([...wanted.changed]).toEqual(['shared'])
  expect(wanted.chains).toEqual({ own: drop, more: accept })
})
