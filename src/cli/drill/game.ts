/** A drill on its lab, from the page to the damage report. */
import { backstage } from '#app/backstage.ts'
import type { Named } from '#cli/drill/files.ts'
import type { Player } from '#cli/drill/player.ts'
import { screenOf } from '#cli/drill/screen.ts'
import { engine } from '#cli/engine.ts'
import type { Io } from '#cli/io.ts'
import { type Debrief, debriefOf, type Played } from '#drill/measure/debrief.ts'
import type { Drill } from '#drill/play/drill.ts'
import type { Told } from '#drill/play/path.ts'
import type { Move } from '#drill/play/types.ts'
import { reachOf } from '#drill/score/reach.ts'
import { type Score, scoreOf } from '#drill/score/score.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { soFarText } from '#report/drill/so-far.ts'
import { wrapped } from '#report/layout.ts'

export type NamedScenario = Extract<Named, { readonly kind: 'scenario' }>

/** What every drill that comes with ninelives is played with. */
export async function behindDrills(): Promise<Backstage> {
  const { faults } = await import('#failures/generated/faults.ts')
  return backstage(await engine(), faults)
}

/** Asks `player` until the drill is over; `onMove` is told after each move. */
export async function playWith(
  drill: Drill,
  player: Player,
  { told, onMove }: { readonly told: Told; readonly onMove: () => void },
): Promise<void> {
  for (;;) {
    const scene = await drill.scene()
    if (scene.kind === 'over') return
    told.scene?.(scene)
    const { pagedAtMs, escalatesAfterMs } = drill.stage.scenario
    const move = await player.move(scene, {
      nowMs: drill.stage.lab.nowMs,
      pagedAtMs,
      ...(escalatesAfterMs === undefined ? {} : { escalatesAfterMs }),
    })
    told.decided?.(move, scene)
    told.turn?.(move, await drill.play(move))
    onMove()
  }
}

/** The same moves with the same thinking: the same lab. */
export async function playAgain(drill: Drill, moves: readonly Move[]): Promise<void> {
  for (const move of moves) {
    await drill.scene()
    await drill.play(move)
  }
}

/** What a drill comes to, and what that is worth. */
export async function judged(
  drill: Played & { readonly hints?: number },
  { reach }: Pick<NamedScenario, 'reach'>,
  io: Io,
): Promise<{ readonly debrief: Debrief; readonly score: Score }> {
  const { scenario } = drill.stage
  const by = { reach: reach ?? reachOf(scenario), hints: drill.hints ?? 0 }
  const say = (head: string, text: string): void =>
    void io.stderr.write(`${wrapped(text, head, screenOf(io.stderr, io.env).width).join('\n')}\n`)
  const debrief = await debriefOf(drill, {
    onMeasured: (measured) => say('at the end: ', soFarText(measured, by)),
    onTrial: (title) => say('trying: ', title),
  })
  return { debrief, score: scoreOf(debrief, by) }
}
