import { expect, test } from 'vitest'
import { pingAlonePasses, pingFails, sizeLimit } from '#cluster/pod-traffic.ts'
import type { ReachabilityRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const ping = (outcome: ReachabilityRow['outcome'], more: Partial<ReachabilityRow> = {}): ReachabilityRow => ({
  node: 'w1',
  in: 'pod',
  to: '10.60.2.9',
  protocol: 'icmp',
  outcome,
  ...more,
})
const reads = (...reachability: readonly ReachabilityRow[]) => factsOf({ reachability })

test.each<[string, readonly ReachabilityRow[], boolean]>([
  [
    'ping passes and TCP to the same pod times out',
    [ping('ok'), ping('timed-out', { protocol: 'tcp', port: 80 })],
    true,
  ],
  ['TCP to another pod', [ping('ok'), ping('timed-out', { protocol: 'tcp', to: '10.60.3.1' })], false],
  ['nobody listens', [ping('ok'), ping('refused', { protocol: 'tcp' })], false],
  ['from hosts', [ping('ok', { in: 'host' }), ping('timed-out', { in: 'host', protocol: 'tcp' })], false],
])('pingAlonePasses: %s', (_, rows, expected) =>
  expect(pingAlonePasses(reads(...rows)) !== undefined).toBe(expected),
)

test('pingAlonePasses: from a host to a pod of a pool', () => {
  const pool = { name: 'pods', cidr: '10.60.0.0/16', disabled: false, encapsulation: 'vxlan' as const }
  const reachability = [ping('ok', { in: 'host' }), ping('timed-out', { in: 'host', protocol: 'tcp' })]
  expect(pingAlonePasses(factsOf({ reachability, ipPools: [pool] }))).toBeDefined()
})

test.each<[string, readonly ReachabilityRow[], readonly number[] | undefined]>([
  [
    'small passes, large does not',
    [ping('ok', { bytes: 1300 }), ping('timed-out', { bytes: 1472 })],
    [1300, 1472],
  ],
  ['a ping of the usual size passes', [ping('ok'), ping('timed-out', { bytes: 1400 })], [56, 1400]],
  ['both fail', [ping('timed-out'), ping('timed-out', { bytes: 1400 })], undefined],
  ['to another address', [ping('ok', { to: '10.60.9.9' }), ping('timed-out', { bytes: 1400 })], undefined],
])('sizeLimit: %s', (_, rows, expected) => {
  const limit = sizeLimit(reads(...rows))
  expect(limit === undefined ? undefined : [limit.passes, limit.fails]).toEqual(expected)
})

test('a large ping that fails is no failing ping', () => {
  expect(pingFails(reads(ping('timed-out', { bytes: 1400 })))).toBeUndefined()
  expect(pingFails(reads(ping('timed-out')))).toBeDefined()
})
