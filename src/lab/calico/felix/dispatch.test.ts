import { expect, test } from 'vitest'
import { Dispatch } from '#lab/calico/felix/dispatch.ts'
import { verdict } from '#lab/calico/felix/rules.ts'

const options = {
  chain: 'cali-from-wl-dispatch',
  side: 'in',
  prefix: 'cali-fw-',
  last: [verdict('drop')],
} as const

const names = ['cali1a', 'cali1b', 'cali2a', 'cali3a', 'cali3b']

test('one interface more changes the chain of its beginning, and what leads there only if there was one of them', () => {
  const dispatch = new Dispatch(options)
  const before = dispatch.chains(names)
  const third = dispatch.chains([...names, 'cali3c'])
  const changed = Object.keys(third).filter((chain) => third[chain] !== before[chain])
  expect(changed).toEqual(['cali-from-wl-dispatch-3'])
  const [before3, third3] = [before, third].map((chains) => chains['cali-from-wl-dispatch-3'])
  expect(third3?.slice(0, 2)).toEqual(before3?.slice(0, 2))
  expect(third3?.[1]).toBe(before3?.[1])
  const second = dispatch.chains(['cali1a', 'cali1b', 'cali2a', 'cali2b', 'cali3a', 'cali3b'])
  expect(second['cali-from-wl-dispatch']).not.toBe(third['cali-from-wl-dispatch'])
  expect(second['cali-from-wl-dispatch-1']).toBe(before['cali-from-wl-dispatch-1'])
})

test('what is kept is what is made anew', () => {
  const dispatch = new Dispatch(options)
  for (const some of [names, names.slice(1), [], ['cali1a'], names, ['other', ...names].sort()])
    expect(dispatch.chains(some)).toEqual(new Dispatch(options).chains(some))
})
