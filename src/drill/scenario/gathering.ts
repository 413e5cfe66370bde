import type { Choice, Notice, Replay, Round } from '#drill/replay/types.ts'
import type { Block } from '#drill/scenario/blocks.ts'
import { durationMs, readSteps } from '#drill/scenario/steps.ts'
import type { Deed, Leads, Staged, Step } from '#drill/scenario/types.ts'

/** Puts blocks to the rounds, choices and actions that they stand at, and collects what is wrong. */
export class Gathering {
  readonly notices: Notice[] = []

  rounds(replay: Replay, blocks: readonly Block[]): readonly Staged[] {
    const left = new Set(blocks)
    const staged = replay.rounds.map((round) => {
      const own = blocks.filter(({ at }) => roundOf(at.section) === round.number)
      for (const block of own) left.delete(block)
      return this.#staged(round, own, replay.rounds.length)
    })
    for (const { line } of left) this.#note(line, 'this block stands at no round of the replay')
    return staged
  }

  /** `acts`: what is behind the word, and the lines within. */
  deed(block: Block, usual: Leads, rounds: number): Deed {
    const [, takes = '', leads] = /^(\S*?)\s*(?:->\s*(.+))?$/.exec(block.info) ?? []
    const takesMs = takes === '' ? 0 : durationMs(takes)
    if (takesMs === undefined) this.#note(block.line, `"${takes}" is no duration: write \`\`\`acts 3m`)
    return {
      takesMs: takesMs ?? 0,
      steps: this.steps(block),
      leads: leads === undefined ? usual : this.#leads(leads.trim(), { line: block.line, rounds }),
    }
  }

  steps(block: Pick<Block, 'text' | 'line'>): readonly Step[] {
    const read = readSteps(block.text, block.line + 1)
    if (read.ok) return read.value
    this.notices.push(...read.error)
    return []
  }

  #staged(round: Round, own: readonly Block[], rounds: number): Staged {
    const sees = own.filter(({ kind }) => kind === 'see')
    const acts = own.filter(({ kind }) => kind === 'acts')
    for (const { line, at } of sees)
      if (letterOf(at.part) !== undefined) this.#note(line, 'a choice has "acts"; "see" belongs to a round')
    const used = new Set<Block>()
    const deedAt = (block: Block | undefined, usual: Leads): Deed => {
      if (block === undefined) return { takesMs: 0, steps: [], leads: usual }
      used.add(block)
      return this.deed(block, usual, rounds)
    }
    const choices = Object.fromEntries(
      round.choices.map((choice) => [choice.letter, deedAt(actsOf(acts, choice), usualLead(choice))]),
    )
    const actions = round.actions.map((_, index) =>
      deedAt(
        acts.find(({ at }) => letterOf(at.part) === undefined && at.item === index + 1),
        'next',
      ),
    )
    for (const block of acts)
      if (!used.has(block))
        this.#note(block.line, 'this block stands at no choice and no action of its round')
    return { sees: sees.flatMap((block) => this.steps(block)), choices, actions }
  }

  #leads(text: string, { line, rounds }: { readonly line: number; readonly rounds: number }): Leads {
    if (text === 'next' || text === 'again' || text === 'end') return text
    const round = Number(/^round (\d+)$/.exec(text)?.[1] ?? Number.NaN)
    if (round >= 1 && round <= rounds) return { round }
    this.#note(
      line,
      Number.isNaN(round)
        ? `"-> ${text}": write next, again, end or "round 2"`
        : `there is no round ${round}; the last is ${rounds}`,
    )
    return 'next'
  }

  #note(line: number, message: string): void {
    this.notices.push({ line, message })
  }
}

const roundOf = (section: string): number | undefined => {
  const number = /^Round (\d+)/i.exec(section)?.[1]
  return number === undefined ? undefined : Number(number)
}

const letterOf = (part: string): string | undefined =>
  /^If you chose ([A-Z])\b/i.exec(part)?.[1]?.toUpperCase()

const actsOf = (acts: readonly Block[], { letter }: Choice): Block | undefined =>
  acts.find(({ at }) => letterOf(at.part) === letter)

/** What is right leads on; what is not is tried, and the round goes on without it. */
const usualLead = ({ recommended }: Choice): Leads => (recommended ? 'next' : 'again')
