import { describe, expect, test } from 'vitest'
import { renderSubject } from '#cluster/subjects.ts'
import { factsOf } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/runtime-cgroup-driver-mismatch/index.ts'
import { node } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const toml = (value: string) => `version = 2
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = ${value}
`
const kubelet = (driver: string) =>
  `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\ncgroupDriver: ${driver}\n`
const remark = 'calico-node restarts every few minutes, the logs show no errors.'
const nvidia = `[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  BinaryName = "/usr/bin/runc"
  SystemdCgroup = true
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia.options]
  BinaryName = "/usr/bin/nvidia-container-runtime"
`
const nodes = 'NAME   STATUS   ROLES    AGE   VERSION\nw7     Ready    <none>   4d    v1.27.4\n'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['both configurations were shown', `${kubelet('systemd')}\n---\n\n${toml('false')}`, 'confirmed'],
    [
      'Docker’s driver',
      `${kubelet('systemd')}\n\n Server Version: 19.03.8\n Cgroup Driver: cgroupfs\n`,
      'confirmed',
    ],
    [
      'kubelet refuses to start',
      'failed to run Kubelet: misconfiguration: kubelet cgroup driver: "systemd" is different from docker cgroup driver: "cgroupfs"',
      'confirmed',
    ],
    [
      'the runtime refuses the path',
      'runc create failed: expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/kubepods/besteffort/pod1" instead',
      'confirmed',
    ],
    [
      'the runtime’s configuration, a kubelet of today and clean logs',
      `${remark}\n\n${nodes}\n${toml('false')}`,
      'confirmed',
    ],
    [
      'a key that is not there, and sandboxes that end',
      'Normal  SandboxChanged  3m  kubelet  Pod sandbox changed, it will be killed and re-created.\n\nSystemdCgroup is not present in config.toml',
      'likely',
    ],
    ['the runtime’s configuration and clean logs', `${remark}\n\n${toml('false')}`, 'likely'],
    [
      'somebody says that a runtime leaves it out',
      '[…runtimes.kata.options] SystemdCgroup is not set',
      'likely',
    ],
    ['a second runtime that leaves it out', nvidia, 'likely'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without kubelet’s side the runtime’s driver alone is nothing', () => {
    expect(foundIn(toml('false'), mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['both use cgroupfs', `${kubelet('cgroupfs')}\n---\n\n${toml('false')}`],
    ['both use systemd', `${kubelet('systemd')}\n---\n\n${toml('true')}`],
    ['clean logs alone', remark],
    [
      'sandboxes that end, alone',
      'Normal  SandboxChanged  3m  kubelet  Pod sandbox changed, it will be killed and re-created.',
    ],
    ['every runtime sets it', `${nvidia}  SystemdCgroup = true\n`],
    [
      'containers that end with 0, nothing else known',
      'Name: calico-node-aa1bb\nNamespace: kube-system\nNode: w7/10.9.0.7\nContainers:\n  calico-node:\n    State: Running\n    Last State: Terminated\n      Reason: Completed\n      Exit Code: 0\n    Ready: True\n    Restart Count: 14\n',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('kubelet says that a probe failed: then the drivers are no more than a suspicion', () => {
    const text = `${remark}\n\n${toml('false')}\n\nContainer calico-node failed liveness probe, will be restarted\n`
    expect(['possible', 'not found']).toContain(foundIn(text, mode))
  })
})

test('a node of which nobody hears is not called clear', () => {
  const silence = { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: '' } as const
  const facts = factsOf(
    { nodes: [node('w1'), node('w2', { conditions: [silence] })] },
    { complete: ['nodes', 'pods', 'settings'] },
  )
  const { clear, unknown } = diagnose(facts, [mode])
  expect([clear, unknown].map((list) => list.map(({ about }) => renderSubject(about)))).toEqual([
    ['node/w1'],
    ['node/w2'],
  ])
})
