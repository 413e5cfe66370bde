import { expect, test } from 'vitest'
import type { Desired } from '#lab/calico/felix/dataplane.ts'
import { felixMemory } from '#lab/calico/felix/memory.ts'
import { typhaMemory } from '#lab/calico/typha/memory.ts'
import { mebibyte } from '#lab/host/process/memory.ts'

/** Only what is weighed. */
const desired = (pods: number, members: number): Desired =>
  ({
    workloads: Array.from({ length: pods }, () => ({})),
    sets: { 'cali40all-ipam-pools': Array.from({ length: members }, (_, i) => `10.0.0.${i}`) },
  }) as unknown as Desired

test('Felix grows with its pods, its policies and the members of its sets', () => {
  const idle = felixMemory(desired(0, 0), 0)
  expect(idle).toBe(78 * mebibyte)
  expect(felixMemory(desired(110, 0), 0)).toBeGreaterThan(idle + 5 * mebibyte)
  expect(felixMemory(desired(0, 100_000), 0)).toBeGreaterThan(idle + 20 * mebibyte)
  expect(felixMemory(desired(0, 0), 1000)).toBeGreaterThan(idle + 30 * mebibyte)
})

test('Typha grows with the cluster and with its clients', () => {
  expect(typhaMemory({ objects: 20, clients: 6 })).toBeLessThan(70 * mebibyte)
  expect(typhaMemory({ objects: 20_000, clients: 200 })).toBeGreaterThan(256 * mebibyte)
})
