import { describe, expect, test } from 'vitest'
import { strategiesOver, strategyNotices } from '#drill/lint/strategies.ts'
import type { Replay, Round } from '#drill/replay/types.ts'

const round = (right: string, texts = 'one two three four'): Round => ({
  number: 1,
  title: '',
  choices: texts.split(' ').map((text, index) => {
    const letter = 'ABCD'.charAt(index)
    return { letter, text, recommended: letter === right, result: '' }
  }),
  actions: [],
})

const figure = { words: '' }
const replay = (rounds: readonly Round[]): Replay => ({
  title: '',
  setup: { context: '', time: '', role: '', more: [] },
  rounds,
  damage: { downtime: figure, blastRadius: figure, optimal: figure, worst: figure, more: [] },
  references: [],
  sections: [],
  notices: [],
})

describe('somebody who reads nothing', () => {
  test('wins where the same letter is always right, and that is noticed', () => {
    const all = [replay([...'BBBBBBBB'].map((letter) => round(letter)))]
    expect(strategyNotices(all).map(({ message }) => message)).toContainEqual(
      '"always B" is right in 8 of 8 rounds: at most 2 are allowed',
    )
  })

  test('wins where the longest choice is always right', () => {
    const all = [
      replay(
        [...'ABCDABCD'].map((letter) =>
          round(letter, [...'ABCD'].map((each) => (each === letter ? 'longest' : 'x')).join(' ')),
        ),
      ),
    ]
    expect(strategyNotices(all).map(({ message }) => message)).toEqual([
      '"always the longest" is right in 8 of 8 rounds: at most 2 are allowed',
    ])
  })

  test('wins nothing where letters and lengths are mixed', () => {
    const all = [replay([...'ABCDABCD'].map((letter) => round(letter)))]
    expect(strategyNotices(all)).toEqual([])
    expect(strategiesOver(all)).toContainEqual({ name: 'always A', right: 2, of: 8 })
  })

  test('is not judged by a handful of rounds', () => {
    expect(strategyNotices([replay([...'BBB'].map((letter) => round(letter)))])).toEqual([])
  })
})
