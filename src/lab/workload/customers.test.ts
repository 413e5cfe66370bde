import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'
import { customersLog, customersMachine } from '#lab/workload/customers.ts'

const minuteMs = 60_000

describe('customers of the shop', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'customers', nodes: 4, customers: true })
    await lab.advance(minuteMs)
  })
  afterAll(() => lab.shutdown())

  test('are served by all three tiers while all is well, every two seconds', async () => {
    const sinceMs = lab.nowMs
    await lab.advance(minuteMs)
    const visits = await visitsSince(lab, sinceMs)
    expect(visits).toHaveLength(30)
    expect(visits.every(({ ok, reached }) => ok && reached.join() === 'frontend,api,db')).toBe(true)
    expect(new Set(visits.map(({ to }) => to)).size).toBe(3)
  })

  test('lose requests where a worker is cut off, until the balancer leaves it out', async () => {
    const sinceMs = lab.nowMs
    await lab.addUnderlayRule({ name: 'cut', destination: '10.0.0.23/32', action: 'drop' })
    await lab.advance(10 * minuteMs)
    const early = (await visitsSince(lab, sinceMs)).filter(({ at }) => at < sinceMs + minuteMs)
    const late = (await visitsSince(lab, sinceMs)).filter(({ at }) => at > sinceMs + 9 * minuteMs)
    expect(early.some(({ ok }) => !ok)).toBe(true)
    expect(late.every(({ ok, to }) => ok && to !== '10.0.0.23')).toBe(true)
  })
})

interface Visit {
  readonly at: number
  readonly to: string
  readonly ok: boolean
  readonly reached: readonly string[]
}

async function visitsSince(lab: Lab, sinceMs: number): Promise<readonly Visit[]> {
  const { stdout } = await lab.run(customersMachine, ['cat', customersLog])
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Visit | { readonly at: number })
  return events.filter((event): event is Visit => 'to' in event && event.at >= sinceMs)
}
