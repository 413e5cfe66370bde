import { expect, test } from 'vitest'
import type { Node } from '#lab/api/objects.ts'
import { sameClusterNodes } from '#lab/calico/felix/cluster-nodes.ts'

const node = (address: string, reportedAt: string): Node =>
  ({
    metadata: { name: 'a', annotations: { 'projectcalico.org/IPv4Address': address } },
    status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: reportedAt }] },
  }) as unknown as Node

test('a node that reports that it is well is the same for tunnels, one with another address is not', () => {
  const before = [node('10.0.0.21/24', '2026-01-07T06:00:00Z')]
  expect(sameClusterNodes(before, [node('10.0.0.21/24', '2026-01-07T06:05:00Z')])).toBe(true)
  expect(sameClusterNodes(before, [node('10.0.0.22/24', '2026-01-07T06:05:00Z')])).toBe(false)
  expect(sameClusterNodes(before, [])).toBe(false)
})
