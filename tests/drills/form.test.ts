/** Every drill that comes with ninelives: its form, what was measured of it, and that nobody wins who reads nothing. */
import { describe, expect, test } from 'vitest'
import { measuredReach, scenarioIds, scenarioText } from '#app/scenarios.ts'
import { lintForm } from '#drill/lint/form.ts'
import { strategyNotices } from '#drill/lint/strategies.ts'
import { behind, scenarioOf } from './scenarios.ts'

describe.each(scenarioIds())('%s', (id) => {
  test('has a right form, and its file is named after it', async () => {
    expect(await lintForm(scenarioOf(id), behind, { text: scenarioText(id) ?? '' })).toEqual([])
    expect(scenarioOf(id).id).toBe(id)
  })

  test('has its best and worst path measured, of this very text (npm run drills)', () => {
    expect(measuredReach(id, scenarioText(id) ?? '')).toBeDefined()
  })
})

test('nobody wins who always takes the same letter, or the longest choice', () => {
  expect(strategyNotices(scenarioIds().map((id) => scenarioOf(id).replay))).toEqual([])
})
