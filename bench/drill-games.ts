/** `node bench/drill-games.ts PART OF`: plays every OFth drill from PART on, and prints how many ms its slowest grade took. */
import { backstage } from '#app/backstage.ts'
import { measuredReach, scenarioIds, scenarioIn, scenarioText } from '#app/scenarios.ts'
import { byChance, lettersOf, straight } from '#drill/lint/plans.ts'
import { debriefOf } from '#drill/measure/debrief.ts'
import { Drill } from '#drill/play/drill.ts'
import { playPath } from '#drill/play/path.ts'
import { reachOf } from '#drill/score/reach.ts'
import { scoreOf } from '#drill/score/score.ts'
import { modes } from '#failures/generated/detectors.ts'
import { faults } from '#failures/generated/faults.ts'

const [part = 0, of = 1] = process.argv.slice(2).map(Number)
const behind = backstage({ modes }, faults)
let slowestMs = 0

for (const id of scenarioIds().filter((_, index) => index % of === part)) {
  const text = scenarioText(id) ?? ''
  const scenario = scenarioIn(text, id)
  const reach = measuredReach(id, text)
  const plans = [straight(scenario)[0] ?? [], byChance(scenario, id)]
  const paths = [...plans.map((plan) => lettersOf(scenario, plan) ?? []), reach?.worst.letters ?? []]
  for (const letters of paths) {
    const drill = await Drill.begin(scenario, behind, { seed: id, beside: 'nothing' })
    await playPath(drill, letters)
    const start = performance.now()
    scoreOf(await debriefOf(drill), { reach: reach ?? reachOf(scenario) })
    slowestMs = Math.max(slowestMs, performance.now() - start)
    await drill.shutdown()
  }
}
console.log(Math.round(slowestMs))
process.exit()
