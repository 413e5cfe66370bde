/**
 * How well the text source and the engine name the cause of real cases: `npm run accuracy [-- CASES.jsonl] [-o json]`.
 *
 * Counted are cases whose cause is known (`causeBasis` confirmed or message) and that have output as it was posted. All
 * of a case's evidence is given as one text, as somebody would paste it.
 */
import { existsSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { wallClock } from '#base/clock.ts'
import { report, summary } from './accuracy/figures.ts'
import { score, usableCases } from './accuracy/score.ts'

function main(argv: readonly string[]): number {
  const asJson = argv.some((word, at) => word === '-ojson' || (word === '-o' && argv[at + 1] === 'json'))
  const given = argv.find((word, at) => !word.startsWith('-') && argv[at - 1] !== '-o')
  const root = resolve(import.meta.dirname, '..')
  const path = resolve(given ?? resolve(root, '../shared/cases/cases.jsonl'))
  if (!existsSync(path)) {
    process.stdout.write(
      `no cases: ${given ?? relative(root, path)} is not there. Give the file as an argument.\n`,
    )
    return 0
  }
  const scored = usableCases(readFileSync(path, 'utf8')).map((one) => score(one, wallClock.now()))
  process.stdout.write(asJson ? `${JSON.stringify(summary(scored), null, 2)}\n` : report(scored))
  return 0
}

process.exitCode = main(process.argv.slice(2))
