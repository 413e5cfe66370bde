import { parseTime } from '#base/clock.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/** A duration as kubectl prints ages: staging:apimachinery/pkg/util/duration/duration.go (HumanDuration). */
export function humanDuration(ms: number): string {
  if (ms < -1 * second) return '<invalid>'
  if (ms < 0) return '0s'
  if (ms < 2 * minute) return `${Math.floor(ms / second)}s`
  if (ms < 10 * minute) return two(ms, [minute, 'm'], [second, 's'])
  if (ms < 3 * hour) return `${Math.floor(ms / minute)}m`
  if (ms < 8 * hour) return two(ms, [hour, 'h'], [minute, 'm'])
  if (ms < 2 * day) return `${Math.floor(ms / hour)}h`
  if (ms < 8 * day) return two(ms, [day, 'd'], [hour, 'h'])
  if (ms < 2 * year) return `${Math.floor(ms / day)}d`
  if (ms < 8 * year) return two(ms, [year, 'y'], [day, 'd'])
  return `${Math.floor(ms / year)}y`
}

function two(
  ms: number,
  [large, l]: readonly [number, string],
  [small, s]: readonly [number, string],
): string {
  const rest = Math.floor((ms % large) / small)
  return `${Math.floor(ms / large)}${l}${rest === 0 ? '' : `${rest}${s}`}`
}

/** How long ago a timestamp of the API was; `<unknown>` for none. */
export function age(time: unknown, nowMs: number): string {
  const ms = typeof time === 'string' ? parseTime(time) : undefined
  return ms === undefined ? '<unknown>' : humanDuration(nowMs - ms)
}
