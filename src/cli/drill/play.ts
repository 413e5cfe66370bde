import { userInfo } from 'node:os'
import { backstage } from '#app/backstage.ts'
import { keepRecord, recordsFolder } from '#app/drill-records.ts'
import { wallClock } from '#base/clock.ts'
import { type Named, named } from '#cli/drill/files.ts'
import { plainPlayer } from '#cli/drill/plain-player.ts'
import { playText } from '#cli/drill/play-text.ts'
import type { Player } from '#cli/drill/player.ts'
import { engine } from '#cli/engine.ts'
import type { Io } from '#cli/io.ts'
import { paletteFor } from '#cli/palette.ts'
import { type Debrief, debriefOf } from '#drill/measure/debrief.ts'
import { Drill } from '#drill/play/drill.ts'
import { playPath, type Told } from '#drill/play/path.ts'
import { type DrillRecord, recordFormat } from '#drill/play/record.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { reachOf } from '#drill/score/reach.ts'
import { type Score, scoreOf } from '#drill/score/score.ts'
import { debriefText } from '#report/drill/debrief-text.ts'
import { briefingText, type DrillTextOptions, sceneText, turnText } from '#report/drill/text.ts'

export interface PlayOptions {
  /** A scenario's id, or a file. */
  readonly name: string
  /** Letters, in place of a person. */
  readonly script?: readonly string[]
  readonly seed: string
  readonly output: 'text' | 'json'
  /** For the record. */
  readonly version: string
}

/** Plays a drill in rounds and prints what it comes to. Answers the exit code. */
export async function play(o: PlayOptions, io: Io): Promise<number> {
  const drill = named(o.name)
  const screen = { palette: paletteFor(io.stdout, io.env), width: Math.min(io.stdout.columns ?? 80, 100) }
  // JSON on standard output, and everything that is read meanwhile beside it.
  const out = o.output === 'json' ? io.stderr : io.stdout
  const player = o.script === undefined ? await playerFor({ ...io, stdout: out }, screen) : undefined
  try {
    if (drill.kind === 'scenario') return await onLab({ ...drill, o, io, out, screen, player })
    const { chosen } = await playText({
      replay: drill.replay,
      seed: o.seed,
      script: o.script ?? [],
      player,
      out,
      screen,
    })
    if (o.output === 'json')
      io.stdout.write(`${JSON.stringify({ title: drill.replay.title, chosen }, null, 2)}\n`)
    return 0
  } finally {
    player?.close()
  }
}

/** Plain prompts where there is no terminal that could do more. */
async function playerFor(io: Io, screen: Required<DrillTextOptions>): Promise<Player> {
  const isTerminal = io.stdout.isTTY === true && 'isTTY' in io.stdin && io.stdin.isTTY === true
  if (!isTerminal || io.env['TERM'] === 'dumb') return plainPlayer(io)
  const { screenPlayer } = await import('#cli/drill/screen-player.ts')
  return screenPlayer(io, screen)
}

type OnLab = Extract<Named, { readonly kind: 'scenario' }> & {
  readonly o: PlayOptions
  readonly io: Io
  readonly out: Io['stdout']
  readonly screen: DrillTextOptions
  readonly player: Player | undefined
}

async function onLab({ scenario, digest, reach, o, io, out, screen, player }: OnLab): Promise<number> {
  out.write(briefingText(scenario, screen))
  const [drill] = await Promise.all([begun(scenario, o.seed), player?.begin()])
  try {
    const told: Told = {
      scene: (scene) => void out.write(sceneText(scene, screen)),
      turn: (_, turn) => void out.write(turnText(turn, screen)),
    }
    await (player === undefined ? playPath(drill, o.script ?? [], told) : playWith(drill, player, told))
    const debrief = await debriefOf(drill, {
      onTrial: (title) => void io.stderr.write(`trying on a copy: ${title}\n`),
    })
    const score = scoreOf(debrief, { reach: reach ?? reachOf(scenario) })
    const json = drillJson(scenario, debrief, score)
    if (o.output === 'json') io.stdout.write(`${JSON.stringify(json, null, 2)}\n`)
    else out.write(debriefText({ scenario, debrief, score }, screen))
    if (player !== undefined) {
      const path = keepRecord(recordOf({ drill, digest, score, o, io }), recordsFolder(io.env))
      io.stderr.write(`kept: ${path}\n`)
    }
    return 0
  } finally {
    await drill.shutdown()
  }
}

const begun = async (scenario: Scenario, seed: string): Promise<Drill> => {
  const { faults } = await import('#failures/generated/faults.ts')
  return Drill.begin(scenario, backstage(await engine(), faults), { seed })
}

async function playWith(drill: Drill, player: Player, told: Told): Promise<void> {
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
  }
}

function recordOf({
  drill,
  digest,
  score,
  o,
  io,
}: {
  readonly drill: Drill
  readonly digest: string
  readonly score: Score
  readonly o: PlayOptions
  readonly io: Io
}): DrillRecord {
  const { id, replay } = drill.stage.scenario
  return {
    format: recordFormat,
    drill: id,
    title: replay.title,
    digest,
    seed: o.seed,
    version: o.version,
    endedAt: new Date(wallClock.now()).toISOString(),
    who: io.env['NINELIVES_PLAYER'] || userInfo().username,
    moves: drill.game.moves,
    score,
  }
}

/** What scripts read; names change only with a new `apiVersion`. */
const drillJson = ({ id, replay, difficulty }: Scenario, debrief: Debrief, score: Score): object => ({
  apiVersion: 'ninelives.dev/v1',
  kind: 'DrillReport',
  drill: { id, title: replay.title, difficulty },
  score,
  debrief,
})
