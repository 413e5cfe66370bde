/** What a user names: a drill of ours, a scenario in a file, a replay in a file. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { digestOf } from '#app/drill-records.ts'
import { measuredReach, scenarioIds, scenarioIn, scenarioText } from '#app/scenarios.ts'
import { Trouble } from '#base/trouble.ts'
import { nearest } from '#cli/drill/nearest.ts'
import { readReplay } from '#drill/replay/read-replay.ts'
import type { Replay } from '#drill/replay/types.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import type { Reach } from '#drill/score/score.ts'

export type Named = { readonly digest: string; readonly reach?: Reach } & (
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  | { readonly kind: 'replay'; readonly replay: Replay }
)

/** Throws a Trouble that says by line what is wrong. */
export function named(name: string, cwd: string): Named {
  const text = textNamed(name, cwd)
  const digest = digestOf(text)
  if (/^---\r?\n(.*\n)*?drill:/.test(text)) {
    const scenario = scenarioIn(text, name)
    const reach = measuredReach(scenario.id, text)
    return { kind: 'scenario', digest, scenario, ...(reach === undefined ? {} : { reach }) }
  }
  return { kind: 'replay', digest, replay: replayIn(text, name) }
}

export function scenarioNamed(name: string, cwd: string): Scenario {
  const found = named(name, cwd)
  if (found.kind === 'scenario') return found.scenario
  throw new Trouble('no-lab-part', `${name} is a replay without a lab part`, {
    hint: `give it one: ninelives drill new --from ${name}`,
  })
}

export function replayIn(text: string, file: string): Replay {
  const read = readReplay(text, { name: basename(file).replace(/\.\w+$/, '') })
  if (read.ok) return read.value
  throw new Trouble(
    'bad-replay',
    read.error.map(({ line, message }) => `${file}:${line}: ${message}`).join('\n'),
    {
      hint: 'replays are read as Markdown, as HTML, and as text copied from a page: docs/drills.md',
    },
  )
}

/** A drill of ours by its id, or a file (`night-shift` finds `night-shift.md` too); `cwd`: where its path begins. */
export function textNamed(name: string, cwd: string): string {
  const own = scenarioText(name)
  if (own !== undefined) return own
  const isName = /^[a-z0-9-]+$/.test(name)
  const path = resolve(cwd, name)
  try {
    return readFileSync(isName && !existsSync(path) ? `${path}.md` : path, 'utf8')
  } catch (cause) {
    throw new Trouble(
      'no-such-drill',
      isName
        ? `there is no drill "${name}", and no file ${name} or ${name}.md`
        : `cannot read ${name}: ${(cause as Error).message}`,
      { hint: meant(name), cause },
    )
  }
}

function meant(name: string): string {
  const one = nearest(name, scenarioIds())
  return one === undefined
    ? `drills: ${scenarioIds().join(', ')}`
    : `did you mean ${one}? All: ninelives drill list`
}
