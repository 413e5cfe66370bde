/** A whole game by a list of letters, as `--script` and the search for the best and the worst path play it. */
import { Trouble } from '#base/trouble.ts'
import type { Drill } from '#drill/play/drill.ts'
import type { Move, Scene, Turn } from '#drill/play/types.ts'

export interface Told {
  scene?(scene: Exclude<Scene, { readonly kind: 'over' }>): void
  /** Somebody has decided; it is carried out from here on. */
  decided?(move: Move, scene: Exclude<Scene, { readonly kind: 'over' }>): void
  turn?(move: Move, turn: Turn): void
}

/** How long somebody takes who knows what comes: nothing is read. */
const scriptedMs = 0

/**
 * Plays to the end: choices by `letters` in their order, then every action of a checklist once. Rejects with {@link Trouble} when
 * letters are left over or run out, or one is not offered.
 */
export async function playPath(drill: Drill, letters: readonly string[], told: Told = {}): Promise<void> {
  const left = [...letters]
  for (;;) {
    const scene = await drill.scene()
    if (scene.kind === 'over') break
    told.scene?.(scene)
    const move = moveAt(scene, left)
    const turn = await drill.play(move)
    told.turn?.(move, turn)
  }
  if (left.length > 0)
    throw new Trouble('script-too-long', `the drill is over, and ${left.join(', ')} of the script is left`)
}

function moveAt(scene: Exclude<Scene, { readonly kind: 'over' }>, left: string[]): Move {
  if (scene.kind === 'choice') {
    const letter = left.shift()
    if (letter !== undefined) return { move: 'choose', letter, thoughtMs: scriptedMs }
    throw new Trouble('script-too-short', `the script ends before round ${scene.round} is decided`, {
      hint: `it offers ${scene.choices
        .map((choice) => choice.letter)
        .sort()
        .join(', ')}: --script ${'…'}`,
    })
  }
  const open = scene.actions.find(({ state }) => state === 'open')
  return open === undefined
    ? { move: 'close', thoughtMs: scriptedMs }
    : { move: 'act', number: open.number, thoughtMs: scriptedMs }
}
