/** The test form of a scenario: it is played, left alone, mended in other ways and cheated at, and must tell them apart. */
import { type PlayedThroughOptions, playedThrough } from '#drill/lint/played-through.ts'
import { isMended, isMendedAfter, type Trial } from '#drill/measure/mended.ts'
import { snapshotOf, wearBetween } from '#drill/measure/snapshot.ts'
import { isUntouched } from '#drill/measure/trials.ts'
import type { Scenario, Way } from '#drill/scenario/types.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { Stage } from '#drill/stage/stage.ts'

export interface VerifyOptions extends PlayedThroughOptions {
  readonly onTrial?: (title: string) => void
}

/** How long an incident is left alone before it is looked at. */
const aloneMs = 20 * 60_000

/** Everything a scenario promises, each as a trial. */
export async function verifyScenario(
  scenario: Scenario,
  backstage: Backstage,
  o: VerifyOptions = {},
): Promise<readonly Trial[]> {
  const trials = [...(await tryWays(scenario, backstage, o))]
  for (const trial of await playedThrough(scenario, backstage, o)) {
    o.onTrial?.(trial.title)
    trials.push(trial)
  }
  return trials
}

/** That it is broken, and stays so when nobody does anything; that fixes mend it, and shortcuts do not. */
export async function tryWays(
  scenario: Scenario,
  backstage: Backstage,
  { labSeed, onTrial = () => {} }: Pick<VerifyOptions, 'labSeed' | 'onTrial'> = {},
): Promise<readonly Trial[]> {
  const trials: Trial[] = []
  const add = (trial: Trial): void => {
    onTrial(trial.title)
    trials.push(trial)
  }
  const page = await Stage.set(scenario, backstage, labSeed === undefined ? {} : { seed: labSeed })
  try {
    add(await struck(page))
    const alone = await leftAlone(page)
    add(scenario.strike === undefined ? alone : not(alone))
    for (const fix of scenario.fixes) add(await wholly(page, fix, 'fix'))
    for (const shortcut of scenario.shortcuts) add(not(await wholly(page, shortcut, 'shortcut')))
  } finally {
    await page.shutdown()
  }
  return trials
}

/** At the page, ninelives itself finds what was struck, or that nothing was. */
async function struck(page: Stage): Promise<Trial> {
  const { strike } = page.scenario
  const { holds, says } = await page.holds(
    strike === undefined ? { kind: 'healthy' } : { kind: 'cause', mode: strike.mode },
  )
  return { title: strike === undefined ? 'nothing is wrong' : `${strike.mode} is found`, holds, says }
}

async function leftAlone(page: Stage): Promise<Trial> {
  const copy = await page.fork()
  await copy.lab.advance(aloneMs)
  const trial = await isMended(copy, 'nobody does anything')
  await copy.shutdown()
  return trial
}

/** A way is a repair when it mends, and the mend lasts, and what struck cannot come again. */
async function wholly(page: Stage, { title, steps }: Way, kind: string): Promise<Trial> {
  const copy = await page.fork()
  await copy.carryOut(steps)
  const trial = await isRepair(page, copy, `${kind}: ${title}`)
  const { lasting, prevention } = page.scenario
  const failed = trial.holds ? await firstFailure(copy, [...lasting, ...prevention]) : undefined
  await copy.shutdown()
  return failed === undefined ? trial : { ...trial, holds: false, says: `${failed.title}: ${failed.says}` }
}

/** Where nothing was wrong, to mend is to leave it as it was. */
async function isRepair(page: Stage, after: Stage, title: string): Promise<Trial> {
  const mended = await isMended(after, title)
  if (!mended.holds || page.scenario.strike !== undefined) return mended
  const { holds, says } = isUntouched(wearBetween(snapshotOf(page.lab), snapshotOf(after.lab)))
  return holds ? mended : { title, holds, says }
}

/** Of the ways, one after the other, on the very lab: it is needed for nothing else. */
async function firstFailure(stage: Stage, ways: readonly Way[]): Promise<Trial | undefined> {
  for (const way of ways) {
    const trial = await isMendedAfter(stage, way)
    if (!trial.holds) return trial
  }
  return undefined
}

const not = ({ title, holds, says }: Trial): Trial => ({
  title: `${title}: is no repair`,
  holds: !holds,
  says,
})
