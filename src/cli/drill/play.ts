import { userInfo } from 'node:os'
import { begunDrill, forgetBegun, keepBegun, keepRecord, recordsFolder } from '#app/drill-records.ts'
import { wallClock } from '#base/clock.ts'
import { named } from '#cli/drill/files.ts'
import { beginDrill, judged, type NamedScenario, playAgain, playWith } from '#cli/drill/game.ts'
import { plainPlayer } from '#cli/drill/plain-player.ts'
import { playText } from '#cli/drill/play-text.ts'
import type { Player } from '#cli/drill/player.ts'
import type { Io } from '#cli/io.ts'
import { paletteFor } from '#cli/palette.ts'
import type { Drill } from '#drill/play/drill.ts'
import { playPath, type Told } from '#drill/play/path.ts'
import { type BegunDrill, type DrillRecord, recordFormat } from '#drill/play/record.ts'
import type { Score } from '#drill/score/score.ts'
import { debriefText } from '#report/drill/debrief-text.ts'
import { debriefHtml } from '#report/drill/html.ts'
import { debriefMarkdown, type Judged } from '#report/drill/markdown.ts'
import { briefingText, type DrillTextOptions, sceneText, turnText } from '#report/drill/text.ts'

export const drillFormats = ['text', 'json', 'md', 'html'] as const
export type DrillFormat = (typeof drillFormats)[number]

export interface PlayOptions {
  /** A scenario's id, or a file. */
  readonly name: string
  /** Letters, in place of a person. */
  readonly script?: readonly string[]
  readonly seed: string
  /** Goes on with the game that was left. */
  readonly resume?: boolean
  /** With free hands, in place of rounds. */
  readonly handsOn?: boolean
  readonly output: DrillFormat
  /** For the record. */
  readonly version: string
}

/** Plays a drill in rounds and prints what it comes to. Answers the exit code. */
export async function play(o: PlayOptions, io: Io): Promise<number> {
  const drill = named(o.name, io.cwd)
  const screen = { palette: paletteFor(io.stdout, io.env), width: Math.min(io.stdout.columns ?? 80, 100) }
  // The report on standard output, and everything that is read meanwhile beside it.
  const out = o.output === 'text' ? io.stdout : io.stderr
  const player =
    o.script === undefined && o.handsOn !== true ? await playerFor({ ...io, stdout: out }, screen) : undefined
  try {
    if (drill.kind === 'scenario' && o.handsOn === true)
      return await inFreeHands({ ...drill, o, io, out, screen, player })
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

type OnLab = NamedScenario & {
  readonly o: PlayOptions
  readonly io: Io
  readonly out: Io['stdout']
  readonly screen: Required<DrillTextOptions>
  readonly player: Player | undefined
}

async function onLab({ o, io, out, screen, player, ...drill }: OnLab): Promise<number> {
  const { scenario } = drill
  out.write(briefingText(scenario, screen))
  const left =
    o.resume === true
      ? begunDrill({ drill: scenario.id, digest: drill.digest }, recordsFolder(io.env))
      : undefined
  const seed = left?.seed ?? o.seed
  const [game] = await Promise.all([beginDrill(scenario, seed), player?.begin()])
  try {
    const told: Told = {
      scene: (scene) => void out.write(sceneText(scene, screen)),
      turn: (_, turn) => void out.write(turnText(turn, screen)),
    }
    if (left !== undefined) await playAgain(game, left.moves)
    if (player === undefined) await playPath(game, o.script ?? [], told)
    else
      await playWith(game, player, {
        told,
        onMove: () => keepBegun(begunOf(game, { ...drill, seed }), recordsFolder(io.env)),
      })
    const { debrief, score } = await judged(game, drill, io)
    io.stdout.write(rendered({ scenario, debrief, score }, { output: o.output, screen }))
    if (player !== undefined) keep(recordOf({ begun: begunOf(game, { ...drill, seed }), score, o, io }), io)
    return 0
  } catch (error) {
    if (player !== undefined && game.game.moves.length > 0 && (io.signal.aborted || isLeft(error)))
      io.stderr.write(`\nleft; go on with: ninelives drill play ${o.name} --resume\n`)
    throw isLeft(error) ? new Left() : error
  } finally {
    await game.shutdown()
  }
}

async function inFreeHands({ o, io, out, screen, ...drill }: OnLab): Promise<number> {
  const { playHandsOn } = await import('#cli/drill/hands-on.ts')
  const play = await playHandsOn({ scenario: drill.scenario, screen, io: { ...io, stdout: out } })
  try {
    const { debrief, score } = await judged(play, drill, io)
    io.stdout.write(rendered({ scenario: drill.scenario, debrief, score }, { output: o.output, screen }))
    return 0
  } finally {
    await play.shutdown()
  }
}

/** The prompts' way of saying that somebody pressed Ctrl-C or closed the terminal. */
const isLeft = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')

class Left extends Error {
  override readonly name = 'AbortError'
  constructor() {
    super('interrupted')
  }
}

function keep(record: DrillRecord, io: Io): void {
  const folder = recordsFolder(io.env)
  const path = keepRecord(record, folder)
  forgetBegun(record.drill, folder)
  io.stderr.write(`kept: ${path}\n`)
}

const begunOf = (
  { game, stage }: Drill,
  { digest, seed }: { readonly digest: string; readonly seed: string },
): BegunDrill => ({
  format: recordFormat,
  drill: stage.scenario.id,
  title: stage.scenario.replay.title,
  digest,
  seed,
  moves: game.moves,
})

const recordOf = ({
  begun,
  score,
  o,
  io,
}: {
  readonly begun: BegunDrill
  readonly score: Score
  readonly o: PlayOptions
  readonly io: Io
}): DrillRecord => ({
  ...begun,
  version: o.version,
  endedAt: new Date(wallClock.now()).toISOString(),
  who: io.env['NINELIVES_PLAYER'] || userInfo().username,
  score,
})

function rendered(
  judged: Judged,
  { output, screen }: { readonly output: DrillFormat; readonly screen: DrillTextOptions },
): string {
  switch (output) {
    case 'text':
      return debriefText(judged, screen)
    case 'json':
      return `${JSON.stringify(drillJson(judged), null, 2)}\n`
    case 'md':
      return debriefMarkdown(judged)
    case 'html':
      return debriefHtml(judged)
  }
}

/** What scripts read; names change only with a new `apiVersion`. */
const drillJson = ({ scenario: { id, replay, difficulty }, debrief, score }: Judged): object => ({
  apiVersion: 'ninelives.dev/v1',
  kind: 'DrillReport',
  drill: { id, title: replay.title, difficulty },
  score,
  debrief,
})
