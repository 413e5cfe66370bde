import { expect, test } from 'vitest'
import type { Pod } from '#lab/api/objects.ts'
import { changesWorkloads } from '#lab/calico/felix/workloads.ts'

const bound: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u1', resourceVersion: '1', creationTimestamp: '' },
  spec: { nodeName: 'n1', containers: [] },
  status: { phase: 'Pending' },
}
const networked: Pod = {
  ...bound,
  metadata: { ...bound.metadata, annotations: { 'cni.projectcalico.org/podIP': '10.244.0.2/32' } },
}
const running: Pod = { ...networked, status: { phase: 'Running', podIP: '10.244.0.2' } }
const labelled: Pod = { ...running, metadata: { ...running.metadata, labels: { app: 'web' } } }
const ended: Pod = { ...running, status: { phase: 'Succeeded', podIP: '10.244.0.2' } }

test.each([
  { what: 'it comes without an address', change: { type: 'ADDED', object: bound }, expected: false },
  {
    what: 'it gets its address',
    change: { type: 'MODIFIED', object: networked, previous: bound },
    expected: true,
  },
  {
    what: 'its status says so, too',
    change: { type: 'MODIFIED', object: running, previous: networked },
    expected: false,
  },
  {
    what: 'it gets a label',
    change: { type: 'MODIFIED', object: labelled, previous: running },
    expected: true,
  },
  { what: 'it has ended', change: { type: 'MODIFIED', object: ended, previous: running }, expected: true },
  { what: 'it was there before Felix', change: { type: 'ADDED', object: running }, expected: true },
  { what: 'it goes', change: { type: 'DELETED', object: running, previous: running }, expected: true },
] as const)('a pod changes the workloads of its node when $what: $expected', ({ change, expected }) => {
  expect(changesWorkloads(change)).toBe(expected)
})
