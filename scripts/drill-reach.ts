/**
 * `npm run drills`: plays the scenarios' paths and writes down the best and the worst, beside them. Those whose text has not changed since
 * are left as they are. A test checks that none is missing or old.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { backstage } from '#app/backstage.ts'
import { digestOf } from '#app/drill-records.ts'
import { scenarioIds, scenarioIn, scenarioText } from '#app/scenarios.ts'
import { searchPaths } from '#drill/lint/paths.ts'
import { modes } from '#failures/generated/detectors.ts'
import { faults } from '#failures/generated/faults.ts'

const file = new URL('../src/drill/scenarios/reach.json', import.meta.url)

const known = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { readonly digest: string }>
const reach: Record<string, object> = {}
for (const id of scenarioIds()) {
  const text = scenarioText(id) ?? ''
  const digest = digestOf(text)
  if (known[id]?.digest === digest && !process.argv.includes('--all')) {
    reach[id] = known[id]
    continue
  }
  const searched = await searchPaths(scenarioIn(text, id), backstage({ modes }, faults), (path) =>
    console.log(`${id} ${path.letters.join('')}: ${path.minutes} minutes, ${path.lost} requests lost`),
  )
  reach[id] = { digest, ...searched }
  keep() // so that an interrupted search has not searched for nothing
}
keep()

function keep(): void {
  writeFileSync(file, `${JSON.stringify(reach, null, 2)}\n`)
  spawnSync('npx', ['biome', 'format', '--write', fileURLToPath(file)], { stdio: 'inherit' })
}
