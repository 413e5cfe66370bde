import { describe, expect, test } from 'vitest'
import type { Node } from '#lab/api/objects.ts'
import { Zones } from '#lab/controllers/zones.ts'

const node = (name: string, zone: string, ready: boolean): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-07T06:00:00Z',
    labels: { 'topology.kubernetes.io/zone': zone },
  },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] },
})

function zonesOf(spec: Readonly<Record<string, readonly [ready: number, notReady: number]>>): Zones {
  const zones = new Zones()
  for (const [zone, [ready, notReady]] of Object.entries(spec))
    for (let i = 0; i < ready + notReady; i++)
      zones.apply({ type: 'ADDED', object: node(`${zone}-${i}`, zone, i < ready) })
  return zones
}

describe('a zone', () => {
  test.each([
    ['with two of two lost, the other zone well, is disrupted wholly', [0, 2], 'full-disruption'],
    ['with two of three lost is not disrupted: two are too few', [1, 2], 'normal'],
    ['with three of six lost is not disrupted', [3, 3], 'normal'],
    ['with three of five lost is disrupted in part', [2, 3], 'partial-disruption'],
  ] as const)('%s', (_, counts, state) => {
    expect(zonesOf({ a: counts, b: [3, 0] }).stateOf(node('x', 'a', true))).toBe(state)
  })

  test('that lost a node is emptied one node in ten seconds', () => {
    const zones = zonesOf({ a: [8, 2] })
    const lost = node('a-9', 'a', false)
    expect([zones.turn(lost, 1000), zones.turn(lost, 3000), zones.turn(lost, 11_000)]).toEqual([0, 8000, 0])
  })

  test('that is disrupted in part is not emptied in a small cluster, and slowly in a large one', () => {
    const lost = node('x', 'a', false)
    expect(zonesOf({ a: [2, 3] }).turn(lost, 0)).toBeUndefined()
    const large = zonesOf({ a: [2, 3], b: [60, 0] })
    expect([large.turn(lost, 0), large.turn(lost, 0)]).toEqual([0, 100_000])
  })

  test('that is disrupted wholly is emptied as usual while others are well, and not when none is', () => {
    const lost = node('x', 'a', false)
    expect(zonesOf({ a: [0, 3], b: [3, 0] }).turn(lost, 0)).toBe(0)
    expect(zonesOf({ a: [0, 3], b: [0, 3] }).turn(lost, 0)).toBeUndefined()
  })
})

test('a node that changes is counted once', () => {
  const zones = zonesOf({ a: [1, 0] })
  zones.apply({ type: 'MODIFIED', object: node('a-0', 'a', false), previous: node('a-0', 'a', true) })
  expect(zones.allDisrupted).toBe(true)
  zones.apply({ type: 'MODIFIED', object: node('a-0', 'a', true), previous: node('a-0', 'a', false) })
  expect(zones.allDisrupted).toBe(false)
})
