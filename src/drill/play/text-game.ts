import { Trouble } from '#base/trouble.ts'
import { shuffled } from '#drill/play/shuffled.ts'
import type { Choice, Replay, Round } from '#drill/replay/types.ts'

/**
 * A replay played as text, without a lab: what the author wrote is read choice by choice. What is right leads on; what is not is
 * read, and the round goes on without it. Nothing is measured.
 */
export class TextGame {
  readonly replay: Replay
  readonly #seed: string
  #round = 0
  #spent = new Set<string>()
  readonly #chosen: { readonly round: number; readonly letter: string; readonly right: boolean }[] = []

  constructor(replay: Replay, o: { readonly seed: string }) {
    this.replay = replay
    this.#seed = o.seed
  }

  /** Undefined when it is over. */
  get round(): Round | undefined {
    return this.replay.rounds[this.#round]
  }

  /** What can still be chosen, in the order of the screen. */
  get choices(): readonly Choice[] {
    return shuffled(this.round?.choices ?? [], `${this.#seed} round ${this.#round}`).filter(
      ({ letter }) => !this.#spent.has(letter),
    )
  }

  get chosen(): readonly { readonly round: number; readonly letter: string; readonly right: boolean }[] {
    return this.#chosen
  }

  /** Minutes that results say were lost. */
  get minutesLost(): number {
    return this.#chosen.reduce((sum, { round, letter }) => {
      const choices = this.replay.rounds.find(({ number }) => number === round)?.choices ?? []
      return sum + (choices.find((choice) => choice.letter === letter)?.minutesLost ?? 0)
    }, 0)
  }

  /** Throws {@link Trouble} for a letter that is not offered. */
  choose(letter: string): Choice {
    const { round } = this
    const choice = this.choices.find((each) => each.letter === letter)
    if (round === undefined || choice === undefined)
      throw new Trouble('no-such-choice', `${letter} is not offered`, {
        hint: `choose ${this.choices.map((each) => each.letter).join(', ')}`,
      })
    this.#chosen.push({ round: round.number, letter, right: choice.recommended })
    this.#spent.add(letter)
    // Where the text does not tell which is right, each leads on.
    const tells = round.choices.some(({ recommended }) => recommended)
    if (choice.recommended || !tells || this.choices.length === 0) this.next()
    return choice
  }

  /** Past a round that only lists what is done. */
  next(): void {
    this.#round += 1
    this.#spent = new Set()
  }
}
