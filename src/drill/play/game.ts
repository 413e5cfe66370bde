import { assert } from '#base/assert.ts'
import { Trouble } from '#base/trouble.ts'
import { shuffled } from '#drill/play/shuffled.ts'
import type { ActionState, Move, Scene, Turn } from '#drill/play/types.ts'
import { withoutWay } from '#drill/play/without-way.ts'
import type { Round } from '#drill/replay/types.ts'
import { roundAfter } from '#drill/scenario/leads.ts'
import type { Deed, Staged } from '#drill/scenario/types.ts'
import type { Done, Stage } from '#drill/stage/stage.ts'

/** What a game needs of its stage. */
export type GameStage = Pick<Stage, 'scenario' | 'carryOut' | 'advance'>

/**
 * A scenario played in rounds: what is seen comes from the lab, choices are carried out on it, and time passes meanwhile. Who
 * plays asks for the {@link scene} and answers with a {@link Move}.
 */
export class Game {
  readonly stage: GameStage
  /** Of the order in which choices are shown. */
  readonly #seed: string
  #round = 0
  #spent = new Set<string>()
  #actions = new Map<number, ActionState>()
  #shown: readonly Done[] | undefined
  readonly #moves: Move[] = []

  constructor(stage: GameStage, o: { readonly seed: string }) {
    this.stage = stage
    this.#seed = o.seed
  }

  /** The number of the round that is played; of the last one, when it is over. */
  get round(): number {
    const { rounds } = this.stage.scenario.replay
    return (rounds[this.#round] ?? rounds.at(-1))?.number ?? 0
  }

  get moves(): readonly Move[] {
    return this.#moves
  }

  /** What is on the screen now. The lab is looked at once a scene. */
  async scene(): Promise<Scene> {
    const { replay, staged } = this.#current() ?? {}
    if (replay === undefined || staged === undefined) return { kind: 'over' }
    this.#shown ??= await this.stage.carryOut(staged.sees)
    const { title, cue, sees } = replay
    const head = {
      round: replay.number,
      title,
      ...(cue === undefined ? {} : { cue }),
      ...(sees === undefined ? {} : { sees }),
      shown: this.#shown,
    }
    const choices = shuffled(replay.choices, `${this.#seed} round ${replay.number}`).filter(
      ({ letter }) => !this.#spent.has(letter),
    )
    if (choices.length > 0) return { kind: 'choice', ...head, choices }
    const actions = replay.actions.map(({ text }, index) => ({
      number: index + 1,
      text,
      state: this.#actions.get(index + 1) ?? ('open' as const),
    }))
    return { kind: 'checklist', ...head, actions }
  }

  /** Time passes while somebody thought, then the move is carried out. Throws {@link Trouble} for a move that is not offered. */
  async play(move: Move): Promise<Turn> {
    const current = this.#current()
    if (current === undefined) throw new Trouble('drill-over', 'the drill is over')
    const { deed, result } = this.#deedOf(move, current)
    this.#moves.push(move)
    const { stage } = this
    await stage.advance(move.thoughtMs + (deed?.takesMs ?? 0))
    const done = deed === undefined ? [] : await stage.carryOut(deed.steps)
    const unlike = done.filter(({ step, code }) => step.act === 'expect' && code !== 0)
    this.#shown = undefined
    return { done, result: withoutWay(result), leads: this.#goOn(move, { deed, unlike, current }), unlike }
  }

  #deedOf(
    move: Move,
    { replay, staged }: Current,
  ): { readonly deed: Deed | undefined; readonly result: string } {
    switch (move.move) {
      case 'choose': {
        const choice = replay.choices.find(({ letter }) => letter === move.letter)
        if (choice === undefined || this.#spent.has(move.letter))
          throw notOffered(move.letter, replay, this.#spent)
        return { deed: staged.choices[move.letter], result: choice.result }
      }
      case 'act': {
        const deed = staged.actions[move.number - 1]
        if (deed === undefined)
          throw new Trouble('no-such-action', `there is no action ${move.number}`, {
            hint: `actions are 1 to ${staged.actions.length}`,
          })
        return { deed, result: '' }
      }
      case 'close':
        return { deed: undefined, result: '' }
    }
  }

  #goOn(
    move: Move,
    {
      deed,
      unlike,
      current: { replay },
    }: { readonly deed: Deed | undefined; readonly unlike: readonly Done[]; readonly current: Current },
  ): Turn['leads'] {
    if (move.move === 'act') {
      this.#actions.set(move.number, unlike.length === 0 ? 'done' : 'failed')
      const isOpen = replay.actions.some((_, index) => this.#actions.get(index + 1) !== 'done')
      return isOpen ? 'again' : this.#enter(this.#round + 1)
    }
    if (move.move === 'close') return this.#enter(this.#round + 1)
    this.#spent.add(move.letter)
    const leads = deed?.leads ?? 'next'
    if (leads !== 'again') return this.#enter(roundAfter(this.#round, leads))
    const isLeft = replay.choices.some(({ letter }) => !this.#spent.has(letter))
    return isLeft || replay.actions.length > 0 ? 'again' : this.#enter(this.#round + 1)
  }

  #enter(round: number): Turn['leads'] {
    this.#round = round
    this.#spent = new Set()
    this.#actions = new Map()
    return this.#current() === undefined ? 'over' : 'on'
  }

  #current(): Current | undefined {
    const { replay, rounds } = this.stage.scenario
    const [round, staged] = [replay.rounds[this.#round], rounds[this.#round]]
    if (round === undefined) return undefined
    assert(staged !== undefined, 'a scenario has a staged round for each of its replay')
    return { replay: round, staged }
  }
}

interface Current {
  readonly replay: Round
  readonly staged: Staged
}

const notOffered = (letter: string, { number, choices }: Round, spent: ReadonlySet<string>): Trouble =>
  new Trouble(
    'no-such-choice',
    `round ${number} does not offer ${letter}${spent.has(letter) ? ' again' : ''}`,
    {
      hint: `choose ${choices
        .map((each) => each.letter)
        .filter((each) => !spent.has(each))
        .join(', ')}`,
    },
  )
