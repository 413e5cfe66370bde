/**
 * An incident replay as its author wrote it: what the reader of replays gives, whatever form the text had.
 *
 * Every text is the author's words and nothing else: no markup, no control characters, white space as one space.
 * Code stands between backticks where the form tells it (copied text does not). A text of several paragraphs has an
 * empty line between them; a block of code stands between lines of three backticks.
 */
export interface Replay {
  readonly title: string
  readonly setup: Setup
  readonly rounds: readonly Round[]
  readonly damage: Damage
  readonly references: readonly Reference[]
  /** Further sections, which the format does not know. */
  readonly sections: readonly Section[]
  /** What stands between `---` at the head of a Markdown file, unread. */
  readonly frontMatter?: string
  /** What was not understood, or is not as the format has it, in the order of lines. Every text is kept all the same. */
  readonly notices: readonly Notice[]
}

/** Empty where the text does not say. */
export interface Setup {
  /** The system, and what has happened to it. */
  readonly context: string
  /** As written: `Wednesday 06:30 UTC`. */
  readonly time: string
  readonly role: string
  /** Further points. */
  readonly more: readonly string[]
}

/** One of `choices` and `actions` is empty, unless the author offers a choice and then lists what is done. */
export interface Round {
  readonly number: number
  readonly title: string
  /** Who presses, as a quoted voice; without its quotes. */
  readonly cue?: string
  readonly sees?: string
  /** In the order of the text, which is that of the letters. */
  readonly choices: readonly Choice[]
  readonly actions: readonly Action[]
}

export interface Choice {
  /** `A`, `B` … */
  readonly letter: string
  readonly text: string
  /** True of one choice a round; of none where the text does not tell, which is then a notice. */
  readonly recommended: boolean
  /** Empty where the author left it so, or where the choice has no branch. */
  readonly result: string
  /** Stated in the result as lost to this choice; not every result that loses time says how much. */
  readonly minutesLost?: number
}

export interface Action {
  readonly text: string
  /** The command of it, where the text holds one that can be typed as it is. */
  readonly command?: string
}

/** The author's figures: they are written down, not measured. */
export interface Damage {
  readonly downtime: Figure
  readonly blastRadius: Figure
  readonly optimal: Figure
  readonly worst: Figure
  /** Further points. */
  readonly more: readonly string[]
}

export interface Figure {
  /** Empty where the text has no such point. */
  readonly words: string
  /** The time the words state; absent where they state none, or several that do not add up to one. */
  readonly amount?: Duration
}

export interface Duration {
  readonly value: number
  readonly unit: 'seconds' | 'minutes' | 'hours' | 'days'
  /** `60+`, `over 2 hours`. */
  readonly atLeast: boolean
  /** `~5`, `about 5`, and sums of such. */
  readonly about: boolean
}

/** `Primer: Kubernetes Ops`. */
export interface Reference {
  /** `Primer`, `Footguns`, `Deep Dive`; absent where the line has no such head. */
  readonly kind?: string
  readonly text: string
  /** Where it leads, relative or http(s); copied text has none. */
  readonly href?: string
}

export interface Section {
  readonly title: string
  readonly text: string
}

/** Something about one line of what was read; lines count from 1. */
export interface Notice {
  readonly line: number
  readonly message: string
}
