/** Every drill that comes with ninelives: its form, its recommended way on a lab, and that nobody wins who reads nothing. */
import { describe, expect, test } from 'vitest'
import { backstage } from '#app/backstage.ts'
import { measuredReach, scenarioIds, scenarioIn, scenarioText } from '#app/scenarios.ts'
import { lintForm } from '#drill/lint/form.ts'
import { strategyNotices } from '#drill/lint/strategies.ts'
import { recommended } from '#drill/lint/verify.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { modes } from '#failures/generated/detectors.ts'
import { faults } from '#failures/generated/faults.ts'

const behind = backstage({ modes }, faults)
const scenarioOf = (id: string): Scenario => scenarioIn(scenarioText(id) ?? '', `${id}.md`)

describe.each(scenarioIds())('%s', (id) => {
  test('has a right form, and its file is named after it', async () => {
    expect(await lintForm(scenarioOf(id), behind)).toEqual([])
    expect(scenarioOf(id).id).toBe(id)
  })

  test('has its best and worst path measured, of this very text (npm run drills)', () => {
    expect(measuredReach(id, scenarioText(id) ?? '')).toBeDefined()
  })

  test('played as recommended, is a repair that lasts, and the text says what the lab shows', async () => {
    const failed = (await recommended(scenarioOf(id), behind, undefined)).filter(({ holds }) => !holds)
    expect(failed).toEqual([])
  }, 180_000)
})

test('nobody wins who always takes the same letter, or the longest choice', () => {
  expect(strategyNotices(scenarioIds().map((id) => scenarioOf(id).replay))).toEqual([])
})
