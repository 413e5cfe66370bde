/**
 * `npm run bench`: the figures that people feel, measured as whole processes where people start processes. Prints a table with the goal
 * beside each figure, a line as soon as it is measured; exits 1 when a goal is missed, or the bound of a figure that is known to miss its goal.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Argument, Command } from 'commander'
import { drills } from './drills.ts'
import { heading, isFine, type Part, row } from './figure.ts'
import { labParts } from './lab.ts'
import { processParts } from './processes.ts'

const state = mkdtempSync(join(tmpdir(), 'ninelives-bench-'))
process.once('exit', () => rmSync(state, { recursive: true, force: true }))
process.once('SIGINT', () => process.exit(130))

const parts: readonly Part[] = [...processParts(state), drills, ...labParts]

const command = new Command('npm run bench --')
  .description(
    'Measures what people wait for. Everything takes about a quarter of an hour on a quiet machine.',
  )
  .addArgument(
    new Argument('[part...]', 'only these').choices(parts.map(({ name }) => name)).default([], 'all'),
  )
  .addHelpText(
    'after',
    `\nParts:\n${parts.map(({ name, measures }) => `  ${name.padEnd(16)}${measures}`).join('\n')}`,
  )
  .action(async (asked: readonly string[]) => {
    console.log(heading)
    for (const part of parts.filter(({ name }) => asked.length === 0 || asked.includes(name)))
      await part.run((figure) => {
        console.log(row(figure))
        if (!isFine(figure)) process.exitCode = 1
      })
  })

await command.parseAsync()
