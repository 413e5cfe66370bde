import { expect, test } from 'vitest'
import { backstage } from '#app/backstage.ts'
import { measuredReach, scenarioIds, scenarioIn, scenarioText } from '#app/scenarios.ts'
import { playedThrough } from '#drill/lint/played-through.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { modes } from '#failures/generated/detectors.ts'
import { faults } from '#failures/generated/faults.ts'

export const behind = backstage({ modes }, faults)

export const scenarioOf = (id: string): Scenario => scenarioIn(scenarioText(id) ?? '', `${id}.md`)

/** Three games, of an hour and more each. */
const hungMs = 300_000

/** Of the drills every `of`th one from `part` on: files of tests run beside each other. */
export function playsThrough({ part, of }: { readonly part: number; readonly of: number }): void {
  const ids = scenarioIds().filter((_, index) => index % of === part)
  test.each(ids)(
    '%s: as recommended it is a repair that lasts, as the text says, and nobody else does better',
    async (id) => {
      const reach = measuredReach(id, scenarioText(id) ?? '')
      const trials = await playedThrough(scenarioOf(id), behind, {
        seed: id,
        ...(reach === undefined ? {} : { reach, worst: reach.worst.letters }),
      })
      expect(trials.filter(({ holds }) => !holds)).toEqual([])
    },
    hungMs,
  )
}
