import type { Player } from '#cli/drill/player.ts'
import type { Out } from '#cli/io.ts'
import { TextGame } from '#drill/play/text-game.ts'
import type { Scene } from '#drill/play/types.ts'
import { withoutWay } from '#drill/play/without-way.ts'
import type { Replay, Round } from '#drill/replay/types.ts'
import { type DrillTextOptions, figuresText, resultText, roundText, setupText } from '#report/drill/text.ts'

export interface TextPlay {
  readonly replay: Replay
  readonly seed: string
  readonly script?: readonly string[]
  readonly player: Player | undefined
  readonly out: Out
  readonly screen: DrillTextOptions
}

/** An imported replay that has no lab part: it is read, not played on a cluster, and says so. */
export async function playText({ replay, seed, script, player, out, screen }: TextPlay): Promise<TextGame> {
  out.write(setupText(replay, screen))
  await player?.begin()
  const game = new TextGame(replay, { seed })
  const letters = [...(script ?? [])]
  for (;;) {
    const { round } = game
    if (round === undefined) break
    out.write(roundText(round, screen))
    if (round.choices.length === 0) {
      game.next()
      continue
    }
    const letter = player === undefined ? letters.shift() : await decided(player, round, game)
    if (letter === undefined) break
    out.write(resultText(withoutWay(game.choose(letter).result), screen))
  }
  out.write(figuresText(replay, game, screen))
  return game
}

async function decided(
  player: Player,
  { number, title }: Round,
  game: TextGame,
): Promise<string | undefined> {
  const scene: Scene = { kind: 'choice', round: number, title, shown: [], choices: game.choices }
  const move = await player.move(scene, undefined)
  return move.move === 'choose' ? move.letter : undefined
}
