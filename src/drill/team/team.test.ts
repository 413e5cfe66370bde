import { describe, expect, test } from 'vitest'
import type { Outcome } from '#drill/measure/outcome.ts'
import type { DrillRecord } from '#drill/play/record.ts'
import { teamReport } from '#drill/team/team.ts'
import { teamHtml, teamMarkdown, teamText } from '#report/drill/team.ts'

const outcome = (wrong: readonly string[], seen: boolean): Outcome => ({
  closedAfterMs: 600_000,
  diagnosedAfterMs: 60_000,
  repairedAfterMs: wrong.length === 0 ? 300_000 : 540_000,
  requests: 300,
  lost: 7,
  hints: 0,
  rounds: [
    { round: 1, title: 'Alert <b>Fires</b>', wrong },
    { round: 2, title: 'Look | Closer', wrong: [] },
  ],
  evidence: [{ what: 'the log', state: seen ? 'seen' : 'destroyed' }],
})

const record = (who: string, day: number, points: number, of?: Outcome): DrillRecord => ({
  format: 'ninelives-drill/1',
  drill: 'night-shift',
  title: 'Night Shift',
  digest: 'x',
  seed: 'drill',
  moves: [{ move: 'choose', letter: 'B', thoughtMs: 0 }],
  version: '1.0.0',
  endedAt: `2026-01-0${day}T10:00:00.000Z`,
  who,
  score: { points, parts: [] },
  ...(of === undefined ? {} : { outcome: of }),
})

const records = [
  record('ben', 4, 90, outcome([], true)),
  record('ada', 2, 40, outcome(['A', 'C'], false)),
  record('ada', 3, 75, outcome(['C'], false)),
  record('old', 1, 50),
]

describe('what many games tell', () => {
  const team = teamReport(records)

  test('how somebody gets better, oldest game first', () => {
    expect(team.people).toMatchObject([
      { who: 'ada', games: 2, points: [40, 75], best: 75, gained: 35, fastestRepairMs: 540_000 },
      { who: 'ben', games: 1, gained: 0 },
      { who: 'old', points: [50] },
    ])
  })

  test('which rounds most get wrong, by which choice, and which evidence most overlook', () => {
    expect(team.drills).toMatchObject([
      {
        games: 4,
        people: 3,
        meanPoints: 64,
        rounds: [
          { what: 'round 1: Alert <b>Fires</b>', times: 2, of: 3, mostly: 'C' },
          { what: 'round 2: Look | Closer', times: 0, of: 3 },
        ],
        evidence: [{ what: 'the log', times: 2, of: 3 }],
      },
    ])
  })

  test('is drawn as text, at any width, as Markdown and as a page without markup of others', () => {
    expect(teamText(team)).toContain('ada  night-shift  2      75    +35     9m      ▄▆')
    for (const width of [20, 40])
      for (const line of teamText(team, { width }).split('\n')) expect(line.length).toBeLessThanOrEqual(width)
    expect(teamMarkdown(team)).toContain(
      '| night-shift | round 1: Alert \\<b\\>Fires\\</b\\> | 2 of 3, mostly C |',
    )
    expect(teamHtml(team)).not.toContain('<b>')
  })
})
