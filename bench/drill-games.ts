/** A process of drills.ts: is told of drills, plays each three times, and tells how many ms its grades took. */
import { backstage } from '#app/backstage.ts'
import { measuredReach, scenarioIn, scenarioText } from '#app/scenarios.ts'
import { byChance, lettersOf, straight } from '#drill/lint/plans.ts'
import { debriefOf } from '#drill/measure/debrief.ts'
import { Drill } from '#drill/play/drill.ts'
import { playPath } from '#drill/play/path.ts'
import { reachOf } from '#drill/score/reach.ts'
import { scoreOf } from '#drill/score/score.ts'
import { modes } from '#failures/generated/detectors.ts'
import { faults } from '#failures/generated/faults.ts'

const behind = backstage({ modes }, faults)

process.on('message', (id) => void played(String(id)).then((took) => process.send?.(took)))

async function played(id: string): Promise<readonly number[]> {
  const text = scenarioText(id) ?? ''
  const scenario = scenarioIn(text, id)
  const reach = measuredReach(id, text)
  const plans = [straight(scenario)[0] ?? [], byChance(scenario, id)]
  const paths = [...plans.map((plan) => lettersOf(scenario, plan) ?? []), reach?.worst.letters ?? []]
  const took: number[] = []
  for (const letters of paths) {
    const drill = await Drill.begin(scenario, behind, { seed: id, beside: 'nothing' })
    await playPath(drill, letters)
    const start = performance.now()
    scoreOf(await debriefOf(drill), { reach: reach ?? reachOf(scenario) })
    took.push(performance.now() - start)
    await drill.shutdown()
  }
  return took
}
