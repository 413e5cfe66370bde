/** The scenarios that come with ninelives: files in a checkout, copies beside the bundle in a published package. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { digestOf } from '#app/drill-records.ts'
import { Trouble } from '#base/trouble.ts'
import type { Searched } from '#drill/lint/paths.ts'
import { readScenario } from '#drill/scenario/read-scenario.ts'
import type { Scenario } from '#drill/scenario/types.ts'

/** Their ids, in the order of the alphabet. */
export const scenarioIds = (): readonly string[] =>
  readdirSync(folder())
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -3))
    .sort()

/** The text of one, by its id; undefined where there is none. */
export function scenarioText(id: string): string | undefined {
  if (!/^[a-z0-9-]+$/.test(id)) return undefined
  const path = `${folder()}/${id}.md`
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

/** The best and the worst path of one of ours, as they were measured; undefined for any other text. */
export function measuredReach(id: string, text: string): Searched | undefined {
  const path = `${folder()}/${id}.reach.json`
  if (!/^[a-z0-9-]+$/.test(id) || !existsSync(path)) return undefined
  const found = JSON.parse(readFileSync(path, 'utf8')) as Searched & { readonly digest: string }
  return found.digest === digestOf(text) ? found : undefined
}

/** Reads a scenario's text; throws {@link Trouble} with every notice where it is none. `file`: what the user named. */
export function scenarioIn(text: string, file: string): Scenario {
  const read = readScenario(text)
  if (read.ok) return read.value
  const lines = read.error.map(({ line, message }) => `${file}:${line}: ${message}`)
  throw new Trouble('bad-scenario', lines.join('\n'), {
    hint: 'docs/drills.md has the format; ninelives drill lint FILE tells more',
  })
}

function folder(): string {
  const places = ['../drill/scenarios', './scenarios', '../scenarios']
  const found = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url))
  if (found === undefined) throw new Error('the scenarios are missing')
  return fileURLToPath(found)
}
