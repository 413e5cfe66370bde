import { describe, expect, test } from 'vitest'
import { downtimes, flows, lastLossMs, lost, type Traffic, type Visit } from '#drill/measure/traffic.ts'

/** One visit every two seconds; `.` is served, `f` stopped before the frontend, `a` before the api, `d` before the db. */
const traffic = (story: string): Traffic => ({
  visits: [...story].map(
    (what, index): Visit => ({
      atMs: index * 2000,
      to: '10.0.0.21',
      ok: what === '.',
      reached: { f: [], a: ['frontend'], d: ['frontend', 'api'] }[what] ?? ['frontend', 'api', 'db'],
    }),
  ),
  balanced: [],
})

describe('downtime', () => {
  test('is counted for every tier behind the one that stopped', () => {
    expect(downtimes(traffic('..........dddddddddd..........'))).toEqual([
      { tier: 'frontend', noneMs: 0, someMs: 0 },
      { tier: 'api', noneMs: 0, someMs: 0 },
      { tier: 'db', noneMs: 20_000, someMs: 0 },
    ])
  })

  test('is shaky where only some requests are lost', () => {
    expect(downtimes(traffic('f.........')).map(({ noneMs, someMs }) => [noneMs, someMs])).toEqual([
      [0, 20_000],
      [0, 20_000],
      [0, 20_000],
    ])
  })

  test('is nothing where nothing is lost', () => {
    expect(
      downtimes(traffic('....................')).every(({ noneMs, someMs }) => noneMs + someMs === 0),
    ).toBe(true)
  })
})

describe('requests', () => {
  test('that were lost are counted, and the last one is known', () => {
    expect([lost(traffic('.f.a.')), lastLossMs(traffic('.f.a.')), lastLossMs(traffic('...'))]).toEqual([
      2,
      6000,
      undefined,
    ])
  })

  test('flow when none of the last ones was lost', () => {
    const now = { nowMs: 20_000, withinMs: 10_000 }
    expect(flows(traffic('f.........'), now)).toBe(true)
    expect(flows(traffic('.......f..'), now)).toBe(false)
  })
})
