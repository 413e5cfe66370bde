/**
 * `npm test`: types, lint, then every test, with what they need fetched first. In CI (`CI=true`) a skipped test is a
 * failure. Ends with the line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { kubectls } from './kubectl.ts'

const root = join(import.meta.dirname, '..')
const bin = (name: string): string => join(root, 'node_modules/.bin', name)
const report = join(root, '.cache/tests.json')

interface Assertion {
  readonly status: 'passed' | 'failed' | 'pending' | 'skipped' | 'todo'
  readonly fullName: string
}

process.exitCode = main()

function main(): number {
  const prepared = [
    run('types', bin('tsc'), ['--noEmit']),
    run('format and lint', bin('biome'), ['check', '.']),
  ]
  for (const { path, version } of kubectls()) console.log(`kubectl ${version}: ${path}`)

  mkdirSync(join(root, '.cache'), { recursive: true })
  rmSync(report, { force: true })
  const tests = run('tests', bin('vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  const { passed, failed, skipped } = outcome()
  for (const name of skipped) console.log(`skipped: ${name}`)

  const badSkips = process.env['CI'] === 'true' ? skipped.length : 0
  const badSteps = [...prepared, tests].filter((fine) => !fine).length
  if (badSkips > 0)
    console.log('in CI a skipped test is a failure: what it needs must be fetched by the tests themselves')
  console.log(`${passed} passed, ${failed + badSkips} failed`)
  return badSteps + failed + badSkips === 0 ? 0 : 1
}

function run(title: string, command: string, argv: readonly string[]): boolean {
  console.log(`\n== ${title}`)
  const { status, error } = spawnSync(command, argv, { cwd: root, stdio: 'inherit' })
  if (error) console.error(`${title}: ${error.message}`)
  return status === 0
}

function outcome(): { passed: number; failed: number; skipped: string[] } {
  const files = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: readonly { readonly assertionResults: readonly Assertion[] }[]
  }
  const all = files.testResults.flatMap((file) => file.assertionResults)
  return {
    passed: all.filter(({ status }) => status === 'passed').length,
    failed: all.filter(({ status }) => status === 'failed').length,
    skipped: all
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => fullName),
  }
}
