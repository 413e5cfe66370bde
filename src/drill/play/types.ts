/** A drill while it is played in rounds. */
import type { Done } from '#drill/stage/stage.ts'

export type Scene = ChoiceScene | ChecklistScene | { readonly kind: 'over' }

export interface ChoiceScene {
  readonly kind: 'choice'
  readonly round: number
  readonly title: string
  readonly cue?: string
  /** What the author says is seen. */
  readonly sees?: string
  /** What the lab shows. */
  readonly shown: readonly Done[]
  /** In the order of the screen; letters are the scenario file's. */
  readonly choices: readonly { readonly letter: string; readonly text: string }[]
}

/** What is left to do, done one after the other and verified. */
export interface ChecklistScene {
  readonly kind: 'checklist'
  readonly round: number
  readonly title: string
  readonly cue?: string
  readonly sees?: string
  readonly shown: readonly Done[]
  readonly actions: readonly { readonly number: number; readonly text: string; readonly state: ActionState }[]
}

export type ActionState = 'open' | 'done' | 'failed'

/** What came of a choice or an action. */
export interface Turn {
  readonly done: readonly Done[]
  /** The author's words on a choice, without where they send the reader. */
  readonly result: string
  readonly leads: 'on' | 'again' | 'over'
  /** Expectations of the steps that did not hold: where the text says one thing and the lab shows another. */
  readonly unlike: readonly Done[]
}

/** One move of whoever plays. `thoughtMs`: how long they took, in which the incident went on. */
export type Move = { readonly thoughtMs: number } & (
  | { readonly move: 'choose'; readonly letter: string }
  | { readonly move: 'act'; readonly number: number }
  /** The rest of the checklist is left undone. */
  | { readonly move: 'close' }
)
