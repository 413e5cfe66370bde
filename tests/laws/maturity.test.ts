import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { modes } from '#failures/generated/detectors.ts'
import { faults } from '#failures/generated/faults.ts'
import { flavours } from '#lab/flavours/names.ts'

test('a mode is of maturity "lab" exactly where the lab can be broken in its way', () => {
  const marked = modes.filter(({ maturity }) => maturity === 'lab').map(({ id }) => id)
  expect(marked.toSorted()).toEqual(Object.keys(faults).toSorted())
})

test('there is a law 2 for every flavour', () => {
  for (const flavour of flavours)
    expect(existsSync(join(import.meta.dirname, `healthy-${flavour}.test.ts`)), flavour).toBe(true)
})
