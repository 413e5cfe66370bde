/** The index of all failure modes, for people who browse: by symptom, and by name. */
import { symptomEntries } from '#cluster/symptoms.ts'
import type { Mode } from '#diagnosis/types.ts'

/** `docs/failures/README.md` as text. */
export function failureIndex(modes: readonly Mode[]): string {
  const evidenceOnly = modes.filter(({ maturity }) => maturity === 'evidence-only').length
  return `${[
    '<!-- Written by `npm run generate`. Do not edit. -->',
    '# Failure modes',
    `${modes.length} failure modes, each with its page. ${evidenceOnly} of them the lab cannot carry yet: they are known from evidence only.`,
    '`ninelives explain NAME` prints a page, or tells what a symptom can come from.',
    '## By symptom',
    symptomEntries
      .map((entry) => bySymptom(entry, modes))
      .filter(Boolean)
      .join('\n\n'),
    '## By name',
    table(modes),
  ].join('\n\n')}\n`
}

function bySymptom(
  { id, title }: { readonly id: string; readonly title: string },
  modes: readonly Mode[],
): string {
  const causing = modes
    .filter(({ symptoms }) => symptoms.includes(id))
    .toSorted((a, b) => a.symptoms.indexOf(id) - b.symptoms.indexOf(id))
  if (causing.length === 0) return ''
  return `**${title}** (\`${id}\`): ${causing.map((mode) => link(mode.id)).join(', ')}`
}

const table = (modes: readonly Mode[]): string =>
  [
    '| mode | what it is | owner |',
    '|---|---|---|',
    ...modes.map(({ id, title, owner }) => `| ${link(id)} | ${title} | ${owner} |`),
  ].join('\n')

const link = (id: string): string => `[${id}](../../src/failures/${id}/README.md)`
