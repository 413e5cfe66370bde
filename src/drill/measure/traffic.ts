/** What the customers lived through, as their machine wrote it down. */
import { assert } from '#base/assert.ts'
import type { Lab } from '#lab/lab.ts'
import { customersLog, customersMachine } from '#lab/workload/index.ts'

/** One customer's request. */
export interface Visit {
  readonly atMs: number
  /** The worker that the load balancer chose. */
  readonly to: string
  readonly ok: boolean
  /** The tiers that took part: `['frontend', 'api']` where the last one was not reached. */
  readonly reached: readonly string[]
  readonly why?: string
}

/** The balancer took a worker out, or in again. */
export interface Balanced {
  readonly atMs: number
  readonly worker: string
  readonly in: boolean
}

export interface Traffic {
  /** By the time at which they began; those that are under way are not among them. */
  readonly visits: readonly Visit[]
  readonly balanced: readonly Balanced[]
}

/** Everything from `sinceMs` on. */
export async function trafficOf(lab: Lab, sinceMs: number): Promise<Traffic> {
  const { stdout } = await lab.run(customersMachine, ['cat', customersLog])
  const visits: Visit[] = []
  const balanced: Balanced[] = []
  for (const line of stdout.split('\n').reverse()) {
    if (line === '') continue
    const { at: atMs, ...event } = JSON.parse(line) as Logged // the customers' program writes nothing else
    if (atMs < sinceMs - lateMs) break
    if (atMs < sinceMs) continue
    if ('to' in event) visits.push({ atMs, ...event })
    else balanced.push({ atMs, ...event })
  }
  return { visits: visits.reverse().sort((a, b) => a.atMs - b.atMs), balanced: balanced.reverse() }
}

/** A visit is written down when it is over, which a customer waits for a few seconds at most. */
const lateMs = 60_000

type Logged = { readonly at: number } & (Omit<Visit, 'atMs'> | Omit<Balanced, 'atMs'>)

/** The tiers of the shop, from the customer inwards. */
export const tiers = ['frontend', 'api', 'db'] as const

export interface Downtime {
  readonly tier: string
  /** Time in which no request came through, in ms. */
  readonly noneMs: number
  /** Time in which some did not. */
  readonly someMs: number
}

const windowMs = 20_000

/** By windows of twenty seconds: in how many no request, or not every request, reached a tier. */
export function downtimes({ visits }: Traffic): readonly Downtime[] {
  const windows = Map.groupBy(visits, ({ atMs }) => Math.floor(atMs / windowMs))
  return tiers.map((tier) => {
    let [noneMs, someMs] = [0, 0]
    for (const within of windows.values()) {
      const through = within.filter(({ reached }) => reached.includes(tier)).length
      if (through === 0) noneMs += windowMs
      else if (through < within.length) someMs += windowMs
    }
    return { tier, noneMs, someMs }
  })
}

export const lost = ({ visits }: Traffic): number => visits.filter(({ ok }) => !ok).length

/** When the last request was lost; undefined where none was. */
export function lastLossMs({ visits }: Traffic): number | undefined {
  return visits.findLast(({ ok }) => !ok)?.atMs
}

/** Whether none of the last `withinMs` was lost; there must have been some. */
export function flows(
  { visits }: Traffic,
  o: { readonly nowMs: number; readonly withinMs: number },
): boolean {
  const recent = visits.filter(({ atMs }) => atMs >= o.nowMs - o.withinMs)
  assert(recent.length > 0, 'customers come all the time')
  return recent.every(({ ok }) => ok)
}
