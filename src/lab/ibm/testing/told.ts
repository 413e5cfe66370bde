import { expect } from 'vitest'
import type { Lab } from '#lab/lab.ts'

/** What a command of `ibmcloud` prints when it succeeds, as it must. */
export async function told(lab: Lab, line: string): Promise<string> {
  const { code, stdout, stderr } = await lab.cloud(line.split(' '))
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}
