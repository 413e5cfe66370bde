import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { generatedFiles } from '../scripts/generate.ts'

describe('the lists of failure modes', () => {
  test.each(Object.entries(generatedFiles()))('%s is current (else: npm run generate)', (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})
