/** A drill on its lab, from the page to the damage report: played by a person, by a script, or again from a record. */
import { backstage } from '#app/backstage.ts'
import { Trouble } from '#base/trouble.ts'
import type { Named } from '#cli/drill/files.ts'
import type { Player } from '#cli/drill/player.ts'
import { engine } from '#cli/engine.ts'
import type { Io } from '#cli/io.ts'
import { type Debrief, debriefOf, type Played } from '#drill/measure/debrief.ts'
import { Drill } from '#drill/play/drill.ts'
import type { Told } from '#drill/play/path.ts'
import type { DrillRecord } from '#drill/play/record.ts'
import type { Move } from '#drill/play/types.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { reachOf } from '#drill/score/reach.ts'
import { type Score, scoreOf } from '#drill/score/score.ts'

export type NamedScenario = Extract<Named, { readonly kind: 'scenario' }>

export async function beginDrill(scenario: Scenario, seed: string): Promise<Drill> {
  const { faults } = await import('#failures/generated/faults.ts')
  return Drill.begin(scenario, backstage(await engine(), faults), { seed })
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
  const debrief = await debriefOf(drill, {
    onTrial: (title) => void io.stderr.write(`trying what comes after: ${title}\n`),
  })
  return {
    debrief,
    score: scoreOf(debrief, {
      reach: reach ?? reachOf(drill.stage.scenario),
      hints: drill.hints ?? 0,
    }),
  }
}

/** Plays a record again; answers whether it comes to the same score, and says so. */
export async function verifyRecord(
  record: DrillRecord,
  { scenario, digest, reach }: NamedScenario,
  io: Io,
): Promise<boolean> {
  if (digest !== record.digest)
    throw new Trouble('another-drill', `${record.drill} is another one than when it was played`, {
      hint: `it was played with ninelives ${record.version}`,
    })
  const drill = await beginDrill(scenario, record.seed)
  try {
    await playAgain(drill, record.moves)
    const { score } = await judged(drill, reach === undefined ? {} : { reach }, io)
    const isSame = score.points === record.score.points
    io.stdout.write(
      isSame
        ? `${record.who} on ${record.drill}: ${score.points} points, again\n`
        : `${record.who} on ${record.drill}: the record says ${record.score.points} points, played again it is ${score.points}\n`,
    )
    return isSame
  } finally {
    await drill.shutdown()
  }
}
