import { zoneOffsetMs } from '#base/time-zone.ts'
import type { Schedule } from '#lab/api/admission/schedule.ts'

/**
 * A schedule by the clocks of a time zone. A time that they leave out when they are put forward does not come (robfig/cron/v3:spec.go).
 * Throws RangeError for a zone that there is not.
 */
export function zoned(schedule: Schedule, zone: string | undefined): Schedule {
  if (zone === undefined) return schedule
  return {
    next: (ms) => {
      for (let local = schedule.next(ms + zoneOffsetMs(zone, ms)); local !== undefined; ) {
        const at = momentOf(zone, local)
        if (at !== undefined && at > ms) return at
        local = schedule.next(local)
      }
      return undefined
    },
  }
}

/** The first moment at which the zone's clocks show this; `undefined`: there is none. */
function momentOf(zone: string, localMs: number): number | undefined {
  const dayMs = 86_400_000
  const candidates = [localMs - dayMs, localMs + dayMs].map((near) => localMs - zoneOffsetMs(zone, near))
  return candidates.sort((a, b) => a - b).find((ms) => ms + zoneOffsetMs(zone, ms) === localMs)
}
