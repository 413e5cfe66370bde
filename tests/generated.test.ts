import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { generatedDocs, generatedFiles } from '../scripts/generate.ts'

const files = { ...generatedFiles(), ...(await generatedDocs()) }

describe('what is made of the failure modes', () => {
  test.each(Object.entries(files))('%s is current (else: npm run generate)', (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})
