import { expect, test } from 'vitest'
import { modes } from '#failures/generated/detectors.ts'
import { faults } from '#failures/generated/faults.ts'

test('a mode is of maturity "lab" exactly where the lab can be broken in its way', () => {
  const marked = modes.filter(({ maturity }) => maturity === 'lab').map(({ id }) => id)
  expect(marked.toSorted()).toEqual(Object.keys(faults).toSorted())
})
