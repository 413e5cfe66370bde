import { expect, test } from 'vitest'
import { backstage } from '#app/backstage.ts'
import { measuredReach, scenarioIds, scenarioIn, scenarioText } from '#app/scenarios.ts'
import { playedThrough } from '#drill/lint/played-through.ts'
import { tryWays } from '#drill/lint/verify.ts'
import { shuffled } from '#drill/play/shuffled.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { modes } from '#failures/generated/detectors.ts'
import { faults } from '#failures/generated/faults.ts'

export const behind = backstage({ modes }, faults)

export const scenarioOf = (id: string): Scenario => scenarioIn(scenarioText(id) ?? '', `${id}.md`)

/** Three games, of an hour and more each. */
const hungMs = 300_000

/** How many seeds of a lab; `npm run soak` sets it. */
export const seeds = Number(process.env.NINELIVES_SEEDS ?? 1)

/** Of the drills every `of`th one from `part` on: files of tests run beside each other. */
export interface Share {
  readonly part: number
  readonly of: number
}

const idsOf = ({ part, of }: Share): readonly string[] =>
  scenarioIds().filter((_, index) => index % of === part)

/** As recommended it is a repair that lasts, and the text says what the lab shows; nobody else does better. */
export function playsThrough(share: Share): void {
  test.each(idsOf(share))(
    '%s is won as recommended, and not by chance',
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

/**
 * It is broken and stays so, a fix mends it and a shortcut does not. Which ones are tried, the drill's name decides; the soak goes on
 * to the next with each seed of the lab, so that a few seeds try all of them.
 */
export function tellsFixesFromShortcuts(share: Share): void {
  const cases = idsOf(share).flatMap((id) => Array.from({ length: seeds }, (_, seed) => ({ id, seed })))
  test.each(cases)(
    '$id, seed $seed: a fix mends it, a shortcut and waiting do not',
    async ({ id, seed }) => {
      const trials = await tryWays(
        withOneOfEach(scenarioOf(id), seed),
        behind,
        seed === 0 ? {} : { labSeed: `soak ${seed}` },
      )
      expect(trials.filter(({ holds }) => !holds)).toEqual([])
    },
    hungMs,
  )
}

function withOneOfEach(scenario: Scenario, seed: number): Scenario {
  const { id, fixes, shortcuts } = scenario
  return { ...scenario, fixes: oneOf(fixes, { id, seed }), shortcuts: oneOf(shortcuts, { id, seed }) }
}

const oneOf = <T>(all: readonly T[], { id, seed }: { readonly id: string; readonly seed: number }) =>
  shuffled(all, id).filter((_, index) => index === seed % all.length)
