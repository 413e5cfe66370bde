import { describe, expect, test } from 'vitest'
import type { Debrief } from '#drill/measure/debrief.ts'
import { scoreOf } from '#drill/score/score.ts'

const held = (title: string) => ({ title, holds: true, says: 'healthy' })

const perfect: Debrief = {
  scenario: 'x',
  pagedAtMs: 0,
  struckAtMs: 0,
  closedAfterMs: 600_000,
  escalated: false,
  diagnosedAfterMs: 60_000,
  mitigatedAfterMs: 0,
  repairedAfterMs: 480_000,
  moves: [],
  traffic: { visits: [], balanced: [] },
  customers: { requests: 300, lost: 7, lostBeforePage: 7, lostAlone: 90, downtimes: [] },
  blast: { stepMs: 20_000, endAfterMs: 40_000, played: { traffic: [], cluster: [] } },
  wear: { podsGone: [], restarts: 0, reboots: [], cordonsLeft: [], cordonsLifted: [] },
  evidence: [{ what: 'the log', is: { state: 'seen', atMs: 1 } }],
  verified: true,
  mended: held('the end'),
  lasting: [held('a reboot')],
  prevention: [held('another')],
  unlike: [],
}

const reach = { best: { minutes: 8, lost: 7 }, worst: { minutes: 48, lost: 57 } }
const points = (change: Partial<Debrief>, hints = 0): number =>
  scoreOf({ ...perfect, ...change }, { reach, hints }).points

describe('the score', () => {
  test('is 100 for the best path, and its parts add up', () => {
    const { points: all, parts } = scoreOf(perfect, { reach })
    expect(all).toBe(100)
    expect(parts.reduce((sum, part) => sum + part.points, 0)).toBe(100)
  })

  test.each([
    [
      'what is not mended is worth nothing but its customers and evidence',
      { mended: { ...held(''), holds: false } },
      20,
    ],
    ['half the time between best and worst halves its part', { repairedAfterMs: 28 * 60_000 }, 93],
    ['half the requests halve theirs', { customers: { ...perfect.customers, lost: 48 } }, 93],
    ['a repair that does not last', { lasting: [{ ...held(''), holds: false }] }, 85],
    ['evidence that nobody saw', { evidence: [{ what: '', is: { state: 'open' as const } }] }, 95],
    ['an end without a look', { verified: false }, 95],
    ['a cordon left behind', { wear: { ...perfect.wear, cordonsLeft: ['a'] } }, 95],
    ['nothing was wrong, and it was left so', { untouched: held('') }, 100],
    [
      'nothing was wrong: two pods for nothing, and a node that somebody kept out of use',
      {
        untouched: { ...held(''), holds: false },
        wear: { ...perfect.wear, podsGone: ['a', 'b'], cordonsLifted: ['c'] },
      },
      86,
    ],
    ['a cordon lifted that was part of what broke', { wear: { ...perfect.wear, cordonsLifted: ['c'] } }, 100],
    ['two reboots', { wear: { ...perfect.wear, reboots: ['a', 'b'] } }, 96],
    ['somebody else woken', { escalated: true }, 98],
  ])('%s', (_, change, expected) => {
    expect(points(change)).toBe(expected)
  })

  test('choices that led nowhere cost two each, and fourteen at most', () => {
    const choice = (leads: 'on' | 'again') => ({
      move: { move: 'choose' as const, letter: 'A', thoughtMs: 0 },
      round: 1,
      leads,
      endedAfterMs: 0,
      well: false,
      done: [],
    })
    expect(points({ moves: [choice('again'), choice('on'), choice('again')] })).toBe(96)
    expect(points({ moves: Array.from({ length: 9 }, () => choice('again')) })).toBe(86)
  })

  test('hints cost three each, and twelve at most', () => {
    expect([points({}, 1), points({}, 9)]).toEqual([97, 88])
  })
})
