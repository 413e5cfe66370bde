/** A debrief for tests of reports. */
import type { Debrief } from '#drill/measure/debrief.ts'

const pagedAtMs = Date.parse('2026-01-07T06:30:00Z')
const visit = (afterMs: number, ok: boolean) => ({
  atMs: pagedAtMs + afterMs,
  to: '10.0.0.21',
  ok,
  reached: [],
})

/** Struck eight minutes before the page; one wrong move, one cordon left. */
export const debrief: Debrief = {
  scenario: 'x',
  pagedAtMs,
  struckAtMs: pagedAtMs - 480_000,
  closedAfterMs: 600_000,
  escalated: false,
  mitigatedAfterMs: 60_000,
  repairedAfterMs: 300_000,
  moves: [
    {
      move: { move: 'choose', letter: 'B', thoughtMs: 0 },
      round: 1,
      leads: 'on',
      endedAfterMs: 120_000,
      well: false,
      done: [],
    },
  ],
  traffic: {
    visits: [visit(-400_000, false), visit(0, true), visit(60_000, false)],
    balanced: [{ atMs: pagedAtMs - 100_000, worker: '10.0.0.23', in: false }],
  },
  customers: { requests: 3, lost: 2, lostBeforePage: 1, lostAlone: 9, downtimes: [] },
  blast: {
    stepMs: 20_000,
    endAfterMs: 40_000,
    played: {
      traffic: [-40_000, -20_000, 0, 20_000].map((afterMs, at) => ({
        afterMs,
        requests: 10,
        lost: [0, 10, 5, 0][at] ?? 0,
        tiersDown: [0, 3, 0, 0][at] ?? 0,
      })),
      cluster: [
        { afterMs: -40_000, podsNotReady: 0, nodesCutOff: 0 },
        { afterMs: 0, podsNotReady: 4, nodesCutOff: 1 },
      ],
    },
    alone: {
      traffic: [-40_000, -20_000, 0, 20_000].map((afterMs, at) => ({
        afterMs,
        requests: 10,
        lost: at === 0 ? 0 : 10,
        tiersDown: at === 0 ? 0 : 3,
      })),
      cluster: [],
    },
  },
  wear: { podsGone: ['shop/a'], restarts: 1, reboots: [], cordonsLeft: ['k8s-worker-03'], cordonsLifted: [] },
  evidence: [],
  verified: false,
  mended: { title: 'the cluster at the end', holds: false, says: 'undecided' },
  lasting: [],
  prevention: [],
  unlike: [],
}
export const score = { points: 41, parts: [{ title: 'mended', of: 40, points: 0, why: 'undecided' }] }
