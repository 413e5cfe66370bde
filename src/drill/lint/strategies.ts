/** Whether somebody who reads nothing could do well: always the same letter, always the longest choice. */
import type { Choice, Notice, Replay } from '#drill/replay/types.ts'

/** Of all decisions, so many may be guessed by one constant strategy. */
export const shareMax = 0.35

export interface Strategy {
  readonly name: string
  readonly right: number
  readonly of: number
}

const strategies: Readonly<Record<string, (choices: readonly Choice[]) => Choice | undefined>> = {
  ...Object.fromEntries(
    ['A', 'B', 'C', 'D'].map((letter) => [
      `always ${letter}`,
      (choices: readonly Choice[]) => choices.find((each) => each.letter === letter),
    ]),
  ),
  'always the longest': (choices) => byLength(choices).at(-1),
  'always the shortest': (choices) => byLength(choices)[0],
  'always the one that does two things': (choices) =>
    choices.find(({ text }) => /\b(both|and then|, then)\b/i.test(text)),
}

const byLength = (choices: readonly Choice[]): readonly Choice[] =>
  [...choices].sort((a, b) => a.text.length - b.text.length)

/** How far each constant strategy comes over all rounds that offer a choice. */
export function strategiesOver(replays: readonly Replay[]): readonly Strategy[] {
  const rounds = replays.flatMap((replay) => replay.rounds).filter(({ choices }) => choices.length > 0)
  return Object.entries(strategies).map(([name, choose]) => ({
    name,
    right: rounds.filter(({ choices }) => choose(choices)?.recommended === true).length,
    of: rounds.length,
  }))
}

/** A notice for each strategy that wins too often. Fewer than eight rounds say nothing. */
export const strategyNotices = (replays: readonly Replay[]): readonly Notice[] =>
  strategiesOver(replays)
    .filter(({ right, of }) => of >= 8 && right / of > shareMax)
    .map(({ name, right, of }) => ({
      line: 1,
      message: `"${name}" is right in ${right} of ${of} rounds: at most ${Math.floor(of * shareMax)} are allowed`,
    }))
