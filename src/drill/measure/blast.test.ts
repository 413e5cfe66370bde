import { expect, test } from 'vitest'
import { blastOf, peakOf } from '#drill/measure/blast.ts'
import type { Visit } from '#drill/measure/traffic.ts'

/** Struck at 0, paged at 20 s, over at 50 s: `.` is served, `a` stopped before the api, `f` before the frontend; one in four seconds. */
const visits = [...'.....aaaafff'].map(
  (what, index): Visit => ({
    atMs: index * 4000,
    to: '10.0.0.21',
    ok: what === '.',
    reached: { f: [], a: ['frontend'] }[what] ?? ['frontend', 'api', 'db'],
  }),
)
const span = { struckAtMs: 0, pagedAtMs: 20_000, endMs: 50_000 }
const played = {
  traffic: { visits, balanced: [] },
  extents: [
    { atMs: 0, podsNotReady: 0, nodesCutOff: 0 },
    { atMs: 30_000, podsNotReady: 5, nodesCutOff: 1 },
  ],
}

test('a blast radius has stretches without gaps from what broke to the end, counted from the page', () => {
  expect(blastOf(span, { played }).played.traffic).toEqual([
    { afterMs: -20_000, requests: 5, lost: 0, tiersDown: 0 },
    { afterMs: 0, requests: 5, lost: 5, tiersDown: 2 },
    { afterMs: 20_000, requests: 2, lost: 2, tiersDown: 3 },
  ])
})

test('a stretch without a request has lost none, and no tier is said to be down', () => {
  const none = { ...played, traffic: { visits: [], balanced: [] } }
  expect(peakOf(blastOf(span, { played: none }).played)).toMatchObject({ share: 0, tiersDown: 0 })
})

test('its largest extent is known, and what would have been stands beside it', () => {
  const blast = blastOf(span, { played, alone: { ...played, extents: [] } })
  expect(peakOf(blast.played)).toEqual({ share: 1, tiersDown: 3, podsNotReady: 5, nodesCutOff: 1 })
  expect(blast.alone?.cluster).toEqual([])
})
