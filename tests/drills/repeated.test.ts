/** The same moves come to the same score, every time. `npm run soak` repeats them a hundred times. */
import { expect, test } from 'vitest'
import { debriefOf } from '#drill/measure/debrief.ts'
import { Drill } from '#drill/play/drill.ts'
import { playPath } from '#drill/play/path.ts'
import { reachOf } from '#drill/score/reach.ts'
import { scoreOf } from '#drill/score/score.ts'
import { behind, scenarioOf, seeds } from './scenarios.ts'

const scenario = scenarioOf('crashloop-after-config-change')
const times = seeds === 1 ? 2 : 5 * seeds

test(`${times} times the same debrief and score`, async () => {
  const first = await played()
  for (let time = 1; time < times; time += 1) expect(await played()).toBe(first)
}, 3_600_000)

/** With a detour, so that the path is not the shortest there is. */
async function played(): Promise<string> {
  const drill = await Drill.begin(scenario, behind, { seed: 'repeated' })
  await playPath(drill, ['B', 'A', 'C', 'B'])
  const debrief = await debriefOf(drill)
  await drill.shutdown()
  return JSON.stringify({ debrief, score: scoreOf(debrief, { reach: reachOf(scenario) }) })
}
