/** In a Node.js without what newer ones have (docs: Node.js 20 or newer), the whole still runs. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Takes from this process what Node.js 20 does not have. */
const takeAway = `
delete Map.groupBy
const prototype = Object.getPrototypeOf(Object.getPrototypeOf([].values()))
for (const name of ['map', 'filter', 'flatMap', 'take', 'drop', 'some', 'every', 'find', 'forEach', 'toArray', 'reduce'])
  delete prototype[name]
`

test('a paste is diagnosed without Map.groupBy and the helpers of iterators', async () => {
  const before = `data:text/javascript,${encodeURIComponent(takeAway)}`
  const { code, stdout } = await new Promise<{ readonly code: number; readonly stdout: string }>(
    (resolve) => {
      const child = execFile(
        process.execPath,
        ['--import', before, join(root, 'bin/ninelives'), 'diagnose', '--text', '-'],
        (error, out) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout: out }),
      )
      child.stdin?.end('bird: BGP: Socket error: bind: Address in use\n')
    },
  )
  expect(stdout).toContain('BROKEN: 1 cause')
  expect(code).toBe(1)
})
