/** In a Node.js without what newer ones have (docs: Node.js 20.19 or newer), the whole still runs. */
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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

/** What the command says, as a program without its neighbours, to a Node.js that calls itself `version`. */
function saidTo(version: string, { sources }: { readonly sources: boolean }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ninelives-'))
  for (const name of ['bin', 'src/cli']) mkdirSync(join(folder, name), { recursive: true })
  for (const name of ['ninelives', 'package.json'])
    copyFileSync(join(root, 'bin', name), join(folder, 'bin', name))
  if (sources) writeFileSync(join(folder, 'src/cli/main.ts'), '')
  const claim = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  const before = `data:text/javascript,${encodeURIComponent(claim)}`
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', before, join(folder, 'bin/ninelives')], (_, _out, err) =>
      resolve(err),
    )
  })
}

test('a Node.js that is too old is told what it takes', async () => {
  expect(await saidTo('20.18.3', { sources: false })).toBe(
    'error: Node.js 20.18.3 is too old: ninelives needs Node.js 20.19 or newer\nhint: install one\n',
  )
  expect(await saidTo('20.20.0', { sources: true })).toMatch(
    /^error: Node.js 20.20.0 is too old: to run the sources .* takes 22.18 or newer/,
  )
})
