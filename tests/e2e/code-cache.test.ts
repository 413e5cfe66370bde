/** The published bundle is loaded with the code that was compiled of it before, and is the same program with and without. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const loader = join(import.meta.dirname, '../../bin/bundle.js')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ninelives-code-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const bundled = (greeting: string): void =>
  writeFileSync(
    join(folder, 'bundle.cjs'),
    `exports.main = async () => \`${greeting} … \${require('./other.cjs').name} \${require('node:path').basename(__filename)}\``,
  )

/** What the bundle says to a command; what the engine would not take is told, too. */
function said(command: string, env: Readonly<Record<string, string>> = {}): string {
  writeFileSync(join(folder, 'other.cjs'), "exports.name = 'a module'\n")
  writeFileSync(
    join(folder, 'run.cjs'),
    `const vm = require('node:vm')
    vm.Script = class extends vm.Script {
      constructor(text, o) {
        super(text, o)
        console.log(this.cachedDataRejected === undefined ? 'compiled' : this.cachedDataRejected ? 'refused' : 'taken')
      }
    }
    require(${JSON.stringify(loader)}).load(${JSON.stringify(join(folder, 'bundle.cjs'))}).main().then(console.log)`,
  )
  return execFileSync(process.execPath, [join(folder, 'run.cjs'), command], {
    encoding: 'utf8',
    env: { XDG_CACHE_HOME: join(folder, 'cache'), ...env },
  })
}

const files = (): readonly string[] => readdirSync(join(folder, 'cache/ninelives'))

test('a second run of a command takes what the first one compiled', () => {
  bundled('hello')
  expect(said('lab')).toBe('compiled\nhello … a module bundle.cjs\n')
  expect(said('lab')).toBe('taken\nhello … a module bundle.cjs\n')
  expect(said('version')).toBe('compiled\nhello … a module bundle.cjs\n')
  expect(said('explain')).toBe('taken\nhello … a module bundle.cjs\n')
  expect(files()).toHaveLength(2)
  expect(statSync(join(folder, 'cache/ninelives')).mode & 0o777).toBe(0o700)
})

test('code of another bundle is never taken, however long both are, and goes', () => {
  bundled('hello')
  said('lab')
  bundled('adieu')
  expect(said('lab')).toBe('compiled\nadieu … a module bundle.cjs\n')
  expect(files()).toHaveLength(1)
})

test('what is no code is compiled again', () => {
  bundled('hello')
  said('lab')
  writeFileSync(join(folder, 'cache/ninelives', files()[0] as string), 'half a file')
  expect(said('lab')).toBe('refused\nhello … a module bundle.cjs\n')
  expect(said('lab')).toBe('taken\nhello … a module bundle.cjs\n')
})

test('a user without a home has no files', () => {
  bundled('hello')
  const homeless = "require('node:os').homedir = () => { throw new Error('ENOENT') }"
  writeFileSync(join(folder, 'homeless.cjs'), homeless)
  const env = { XDG_CACHE_HOME: '', NODE_OPTIONS: `--require ${join(folder, 'homeless.cjs')}` }
  expect(said('lab', env)).toBe('compiled\nhello … a module bundle.cjs\n')
})

test('who does not want files has none, and a folder that cannot be is no trouble', () => {
  bundled('hello')
  expect(said('lab', { NODE_DISABLE_COMPILE_CACHE: '1' })).toBe('compiled\nhello … a module bundle.cjs\n')
  expect(() => files()).toThrow('ENOENT')
  expect(said('lab', { XDG_CACHE_HOME: join(folder, 'bundle.cjs') })).toBe(
    'compiled\nhello … a module bundle.cjs\n',
  )
})
