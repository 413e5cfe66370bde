import { scenarioIds } from '#app/scenarios.ts'
import { Trouble } from '#base/trouble.ts'
import { scenarioNamed } from '#cli/drill/files.ts'
import { screenOf } from '#cli/drill/screen.ts'
import type { Io } from '#cli/io.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { table } from '#report/drill/table.ts'

export const listFormats = ['text', 'wide', 'name', 'json'] as const

export interface ListOptions {
  /** Of these, each. Case does not matter. */
  readonly tags: readonly string[]
  readonly difficulty?: string
  readonly output: (typeof listFormats)[number]
}

/** The drills that come with ninelives. Throws a {@link Trouble} for a tag or a level that none has. */
export function list({ output, ...wanted }: ListOptions, io: Io): void {
  const all = scenarioIds().map((id) => scenarioNamed(id, io.cwd))
  const drills = chosen(all, wanted)
  if (output === 'json') io.stdout.write(`${JSON.stringify(drills.map(row), null, 2)}\n`)
  else if (output === 'name') io.stdout.write(drills.map(({ id }) => `${id}\n`).join(''))
  else if (drills.length === 0) io.stderr.write('No drills found.\n')
  else io.stdout.write(`${table(cells(drills, output), screenOf(io.stdout, io.env).edge).join('\n')}\n`)
}

const row = ({ id, difficulty, tags, teaches, replay, lab }: Scenario) => ({
  id,
  title: replay.title,
  difficulty,
  tags,
  teaches,
  flavour: lab.flavour,
})

/** What a drill teaches would tell its answer. */
const cells = (drills: readonly Scenario[], output: 'text' | 'wide'): readonly (readonly string[])[] => [
  ['NAME', 'LEVEL', 'TITLE', ...(output === 'wide' ? ['FLAVOUR', 'TAGS'] : [])],
  ...drills.map(({ id, difficulty, tags, replay, lab }) => [
    id,
    difficulty,
    replay.title,
    ...(output === 'wide' ? [lab.flavour ?? 'plain', tags.join(', ')] : []),
  ]),
]

function chosen(
  all: readonly Scenario[],
  { tags, difficulty }: Omit<ListOptions, 'output'>,
): readonly Scenario[] {
  const low = (text: string): string => text.toLowerCase()
  for (const tag of tags) known(low(tag), { what: 'tag', among: all.flatMap((each) => each.tags) })
  if (difficulty !== undefined)
    known(low(difficulty), { what: 'level', among: all.map((each) => each.difficulty) })
  return all.filter(
    (each) =>
      tags.every((tag) => each.tags.some((own) => low(own) === low(tag))) &&
      (difficulty === undefined || low(each.difficulty) === low(difficulty)),
  )
}

function known(
  value: string,
  { what, among }: { readonly what: string; readonly among: readonly string[] },
): void {
  if (among.some((each) => each.toLowerCase() === value)) return
  throw new Trouble(`no-such-${what}`, `no drill has the ${what} "${value}"`, {
    hint: `there are: ${[...new Set(among)].sort().join(', ')}`,
  })
}
