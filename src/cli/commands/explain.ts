import { Trouble } from '#base/trouble.ts'
import type { AddCommand } from '#cli/commands/index.ts'
import { type Io, wantsColour } from '#cli/io.ts'
import { renderPage } from '#cli/page.ts'
import { factsBuilder } from '#cluster/facts-builder.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { type SymptomEntry, symptomEntries } from '#cluster/symptoms.ts'
import type { Mode } from '#diagnosis/types.ts'

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
      const { pageOf } = await import('#app/pages.ts')
      const mode = modes.find(({ id }) => id === name)
      const symptom = symptomEntries.find(({ id }) => id === name)
      if (mode !== undefined)
        io.stdout.write(renderPage(pageOf(mode.id), { colour: wantsColour(io.stdout, io.env) }))
      else if (symptom !== undefined) explainSymptom(symptom, modes, io)
      else throw unknownName(name, modes)
    })
}

/** What a symptom is, what it can come from (the most typical first), and what a person looks at next. */
function explainSymptom({ id, title, questions }: SymptomEntry, modes: readonly Mode[], io: Io): void {
  const causing = modes
    .filter(({ symptoms }) => symptoms.includes(id))
    .toSorted((a, b) => a.symptoms.indexOf(id) - b.symptoms.indexOf(id))
  io.stdout.write(`${id}: ${title}\n`)
  if (causing.length > 0) io.stdout.write('\nIt can come from\n')
  for (const { id: mode, title: what, traffic } of causing)
    io.stdout.write(`\n  ${mode}\n    ${what}\n    Does traffic still flow? ${traffic}\n`)
  const nothing = factsBuilder({ unread: 'not-asked' }).freeze({ observedAtMs: 0 })
  const example = { id, about: clusterSubject, says: '', from: { source: '' }, when: 'now' } as const
  const asked = questions(example, nothing)
  if (asked.length > 0) io.stdout.write('\nWhat to look at next\n')
  for (const { command, why } of asked) io.stdout.write(`\n  $ ${command}\n    ${why}\n`)
  const first = causing[0]
  io.stdout.write(
    `\nWhich one it is: ninelives diagnose${first === undefined ? '' : `; one of them: ninelives explain ${first.id}`}\n`,
  )
}

function unknownName(name: string, modes: readonly Mode[]): Trouble {
  const names = [...modes.map(({ id }) => id), ...symptomEntries.map(({ id }) => id)]
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2)
  const near = names.filter((each) => words.some((word) => each.includes(word))).slice(0, 5)
  return new Trouble('unknown-mode', `nothing is known by the name "${name}"`, {
    hint:
      near.length > 0
        ? `near it: ${near.join(', ')}; all names: ninelives modes`
        : 'the names: ninelives modes; the symptoms a mode makes are on its page',
  })
}
