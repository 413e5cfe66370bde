import { begunDrill, recordsFolder } from '#app/drill-records.ts'
import { Interrupted } from '#base/interrupted.ts'
import { judged, type NamedScenario, playAgain, playWith } from '#cli/drill/game.ts'
import { BegunKeeper, begunOf, keepOver } from '#cli/drill/keeping.ts'
import { labDied, shutDown } from '#cli/drill/lab-died.ts'
import type { PlayOptions } from '#cli/drill/play.ts'
import type { Player } from '#cli/drill/player.ts'
import { rendered } from '#cli/drill/rendered.ts'
import type { Io } from '#cli/io.ts'
import { outcomeOf } from '#drill/measure/outcome.ts'
import { Drill } from '#drill/play/drill.ts'
import { playPath, type Told } from '#drill/play/path.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { briefingText, type DrillTextOptions, decidedText, sceneText, turnText } from '#report/drill/text.ts'

export type OnLab = NamedScenario & {
  readonly o: PlayOptions
  readonly io: Io
  readonly out: Io['stdout']
  readonly screen: Required<DrillTextOptions>
  readonly behind: Backstage
}

/** Plays a drill in rounds, by a person or by the script. */
export async function onLab({
  o,
  io,
  out,
  screen,
  behind,
  player,
  ...drill
}: OnLab & { readonly player: Player | undefined }): Promise<number> {
  const { scenario, digest } = drill
  const left = o.resume === true ? leftOf(drill, io) : undefined
  const seed = left?.seed ?? o.seed
  out.write(briefingText(scenario, screen))
  const keeper = new BegunKeeper(io)
  let game: Drill | undefined
  const begun = () => begunOf(scenario, { digest, seed, moves: game?.game.moves ?? [] })
  /** While what was decided before is done again. */
  let isAgain = false
  let kept = left?.moves.length ?? 0
  try {
    ;[game] = await Promise.all([Drill.begin(scenario, behind, { seed }), player?.begin()])
    let round: number | undefined
    const told: Told = {
      scene: (scene) => {
        out.write(sceneText(scene, { ...screen, goesOn: scene.round === round }))
        round = scene.round
      },
      decided: (move, scene) => void out.write(decidedText(move, scene, screen)),
      turn: (_, turn) => void out.write(turnText(turn, screen)),
    }
    isAgain = left !== undefined
    if (left !== undefined) await playAgain(game, left.moves)
    isAgain = false
    if (player === undefined) await playPath(game, o.script ?? [], told)
    else
      await playWith(game, player, {
        told,
        onMove: () => {
          keeper.keep({ begun: begun() })
          if (keeper.keeps) kept = game?.game.moves.length ?? 0
        },
      })
    const { debrief, score } = await judged(game, drill, io)
    io.stdout.write(rendered({ ...drill, debrief, score }, { output: o.output, screen }))
    if (player !== undefined)
      keepOver(
        { begun: begun(), version: o.version, score, outcome: outcomeOf(scenario, debrief, { hints: 0 }) },
        { io, keeper },
      )
    return 0
  } catch (error) {
    const resume = `ninelives drill play ${o.name} --resume`
    const isInterrupted = io.signal.aborted || isLeft(error)
    if (isInterrupted && kept > 0) io.stderr.write(`\nleft; go on with: ${resume}\n`)
    throw isLeft(error)
      ? new Interrupted()
      : labDied(error, {
          io,
          kept: isAgain ? againText : keptText(player, kept),
          ...(kept > 0 && !isAgain ? { resume } : {}),
        })
  } finally {
    await shutDown(game)
  }
}

/** The game that was left in rounds; throws a Trouble where none was. */
const leftOf = ({ scenario: { id }, digest }: NamedScenario, io: Io) =>
  begunDrill({ drill: id, form: 'rounds', digest }, recordsFolder(io.env)).begun

const againText = 'it died while the game was brought back to where it was left: begin anew, without --resume'

function keptText(player: Player | undefined, kept: number): string {
  if (player === undefined) return 'a scripted game is not kept'
  return kept === 0
    ? 'nothing had been decided yet'
    : kept === 1
      ? 'the decision before that is kept'
      : `the ${kept} decisions before that are kept`
}

/** The prompts' way of saying that somebody pressed Ctrl-C or closed the terminal. */
const isLeft = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')
