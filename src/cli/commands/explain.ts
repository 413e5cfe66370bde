import { existsSync, readFileSync } from 'node:fs'
import { Trouble } from '#base/trouble.ts'
import type { AddCommand } from '#cli/commands/index.ts'
import { wantsColour } from '#cli/io.ts'
import { renderPage } from '#cli/page.ts'

export const addExplain: AddCommand = (program, io) => {
  program
    .command('explain')
    .argument('<mode-or-symptom>', 'see: ninelives modes')
    .description('tell a failure mode from symptom to repair, or what a symptom can come from')
    .addHelpText(
      'after',
      '\nExamples:\n  ninelives explain runtime-dir-permissions\n  ninelives explain calico-node-not-ready',
    )
    .action(async (name: string) => {
      const { modes } = await import('#failures/generated/detectors.ts')
      const mode = modes.find(({ id }) => id === name)
      if (mode !== undefined) {
        io.stdout.write(renderPage(pageOf(mode.id), { colour: wantsColour(io.stdout, io.env) }))
        return
      }
      const causing = modes.filter(({ symptoms }) => symptoms.includes(name))
      if (causing.length === 0)
        throw new Trouble('unknown-mode', `nothing is known by the name "${name}"`, {
          hint: 'the names: ninelives modes; the symptoms a mode makes are on its page',
        })
      io.stdout.write(`${name} can come from:\n`)
      for (const { id, title, traffic } of causing) io.stdout.write(`\n  ${id}\n    ${title}. ${traffic}\n`)
      io.stdout.write(
        `\nwhich one it is: ninelives diagnose; one of them: ninelives explain ${causing[0]?.id}\n`,
      )
    })
}

/** The page of a mode: its README in a checkout, a copy beside the bundle in a published package. */
function pageOf(mode: string): string {
  const places = [`../../failures/${mode}/README.md`, `./pages/${mode}.md`, `../pages/${mode}.md`]
  const page = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url))
  if (page === undefined) throw new Error(`the page of ${mode} is missing`)
  return readFileSync(page, 'utf8')
}
