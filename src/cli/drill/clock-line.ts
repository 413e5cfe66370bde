import { durationText } from '#base/duration.ts'
import type { IncidentClock } from '#cli/drill/player.ts'

/** `06:33:10 · 3m10s since the page · escalation in 1m50s`; `thoughtMs` have passed since somebody began to think. */
export function clockLine(
  { nowMs, pagedAtMs, escalatesAfterMs }: IncidentClock,
  { thoughtMs, paused }: { readonly thoughtMs: number; readonly paused: boolean },
): string {
  const sinceMs = nowMs + thoughtMs - pagedAtMs
  const time = new Date(nowMs + thoughtMs).toISOString().slice(11, 19)
  const leftMs = escalatesAfterMs === undefined ? undefined : escalatesAfterMs - sinceMs
  return [
    time,
    sinceMs < 1000 ? 'just paged' : `${durationText(sinceMs)} since the page`,
    ...(leftMs === undefined ? [] : [leftMs > 0 ? `escalation in ${durationText(leftMs)}` : 'escalated']),
    ...(paused ? ['paused'] : []),
  ].join(' · ')
}
