/** A process of drills.ts: is told of drills, plays each three times, and tells how many ms its grades took, and what was tried after. */
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
import { soFarText } from '#report/drill/so-far.ts'

const behind = backstage({ modes }, faults)

process.on('message', (id) => void played(String(id)).then((took) => process.send?.(took)))

export interface Grade {
  /** From the last act until everything that lies behind is measured and worth points. */
  readonly gradeMs: number
  /** From then on until it is known what lasts. */
  readonly afterMs: number
}

async function played(id: string): Promise<readonly Grade[]> {
  const text = scenarioText(id) ?? ''
  const scenario = scenarioIn(text, id)
  const reach = measuredReach(id, text)
  const plans = [straight(scenario)[0] ?? [], byChance(scenario, id)]
  const paths = [...plans.map((plan) => lettersOf(scenario, plan) ?? []), reach?.worst.letters ?? []]
  const by = { reach: reach ?? reachOf(scenario) }
  const took: Grade[] = []
  for (const letters of paths) {
    const drill = await Drill.begin(scenario, behind, { seed: id, beside: 'nothing' })
    await playPath(drill, letters)
    const start = performance.now()
    let gradeMs = 0
    const debrief = await debriefOf(drill, {
      onMeasured: (measured) => {
        soFarText(measured, by)
        gradeMs = performance.now() - start
      },
    })
    scoreOf(debrief, by)
    took.push({ gradeMs, afterMs: performance.now() - start - gradeMs })
    await drill.shutdown()
  }
  return took
}
