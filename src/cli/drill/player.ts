import type { Move, Scene } from '#drill/play/types.ts'

/** Whoever decides: a person at a terminal, or somebody typing lines. */
export interface Player {
  /** Reads the briefing until it is left. */
  begin(): Promise<void>
  /** A replay that is read as text has no clock. */
  move(scene: Exclude<Scene, { readonly kind: 'over' }>, clock: IncidentClock | undefined): Promise<Move>
  close(): void
}

/** Where the incident stands as somebody begins to think. */
export interface IncidentClock {
  readonly nowMs: number
  readonly pagedAtMs: number
  readonly escalatesAfterMs?: number
}
