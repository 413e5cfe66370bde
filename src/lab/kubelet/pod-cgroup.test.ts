import { expect, test } from 'vitest'
import type { Pod } from '#lab/api/objects.ts'
import { cgroupParentOf } from '#lab/kubelet/pod-cgroup.ts'

const pod = (qosClass: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: '0b1e-77', resourceVersion: '1', creationTimestamp: '' },
  spec: { containers: [] },
  status: { phase: 'Running', qosClass },
})

test.each([
  ['Guaranteed', 'systemd', '/kubepods.slice/kubepods-pod0b1e_77.slice'],
  ['Burstable', 'systemd', '/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0b1e_77.slice'],
  ['Guaranteed', 'cgroupfs', '/kubepods/pod0b1e-77'],
  ['BestEffort', 'cgroupfs', '/kubepods/besteffort/pod0b1e-77'],
] as const)('a pod that is %s belongs, with %s, below %s', (qosClass, driver, parent) => {
  expect(cgroupParentOf(pod(qosClass), driver)).toBe(parent)
})
