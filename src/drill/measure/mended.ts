/** Whether a cluster is well again: what ninelives finds on it, what customers get, and what a scenario tries on top of it. */
import type { Way } from '#drill/scenario/types.ts'
import type { Stage } from '#drill/stage/stage.ts'

/** Something tried, and what came of it. */
export interface Trial {
  readonly title: string
  readonly holds: boolean
  readonly says: string
}

export async function isMended(stage: Pick<Stage, 'holds'>, title: string): Promise<Trial> {
  const healthy = await stage.holds({ kind: 'healthy' })
  const served = await stage.holds({ kind: 'traffic', flows: true })
  return { title, holds: healthy.holds && served.holds, says: `${healthy.says}; ${served.says}` }
}

/** Goes a way; all that the way expects must be so, and the cluster well behind it. */
export async function isMendedAfter(
  stage: Pick<Stage, 'holds' | 'carryOut' | 'words'>,
  { title, steps }: Way,
): Promise<Trial> {
  const done = await stage.carryOut(steps)
  const unlike = done.find(({ step, code }) => step.act === 'expect' && code !== 0)
  const trial = await isMended(stage, await stage.words(title))
  return unlike === undefined
    ? trial
    : { ...trial, holds: false, says: `${unlike.typed}: it shows ${unlike.output}` }
}
