import type { Measured } from '#drill/measure/debrief.ts'
import { type Grading, scoreOf } from '#drill/score/score.ts'

/** What is known at once when a drill is over, while what comes after has still to be tried. */
export function soFarText(measured: Measured, by: Grading): string {
  const { mended, customers } = measured
  const { points } = scoreOf({ ...measured, lasting: [], prevention: [] }, by)
  const most = `${points} of 100 points, if what comes next holds`
  return `${mended.says}; ${customers.lost} of ${customers.requests} requests lost; ${most}`
}
