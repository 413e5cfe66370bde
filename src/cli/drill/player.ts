import type { Move, Scene } from '#drill/play/types.ts'

/** Whoever decides: a person at a terminal, somebody typing lines, a script. */
export interface Player {
  /** Reads the briefing until it is left. */
  begin(): Promise<void>
  move(scene: Exclude<Scene, { readonly kind: 'over' }>): Promise<Move>
  close(): void
}
