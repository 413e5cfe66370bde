/**
 * `npm run drills`: plays the scenarios' paths and writes down the best and the worst, beside them. Those whose text has not changed since
 * are left as they are, unless they are named (`npm run drills -- ID …`) or `--all` are asked for. A test checks that none is missing or old.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { backstage } from '#app/backstage.ts'
import { digestOf } from '#app/drill-records.ts'
import { measuredReach, scenarioIds, scenarioIn, scenarioText } from '#app/scenarios.ts'
import { searchPaths } from '#drill/lint/paths.ts'
import { modes } from '#failures/generated/detectors.ts'
import { faults } from '#failures/generated/faults.ts'

const folder = fileURLToPath(new URL('../src/drill/scenarios/', import.meta.url))

const asked = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const isAsked = (id: string): boolean => process.argv.includes('--all') || asked.includes(id)

for (const id of scenarioIds()) {
  const text = scenarioText(id) ?? ''
  if (measuredReach(id, text) !== undefined && !isAsked(id)) continue
  const searched = await searchPaths(scenarioIn(text, id), backstage({ modes }, faults), (path) =>
    console.log(`${id} ${path.letters.join('')}: ${path.minutes} minutes, ${path.lost} requests lost`),
  )
  const file = `${folder}${id}.reach.json`
  writeFileSync(file, `${JSON.stringify({ digest: digestOf(text), ...searched }, null, 2)}\n`)
  spawnSync('npx', ['biome', 'format', '--write', file], { stdio: 'inherit' })
}
