import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/ebpf-misconfigured/index.ts'
import { calicoNode, stock } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const log = '2025-03-04 05:06:07.890 [WARNING][77] felix/'
const on = 'bpfEnabled: true'
const noProxy = 'kubeadm init --skip-phases=addon/kube-proxy'
const lost = `${log}daemon.go 470: Failed to get config from datastore error=Get "https://10.43.0.1:443/api/v1": dial tcp 10.43.0.1:443: i/o timeout`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'a map that the kernel refuses',
      `${log}bpf.go 12: Failed to create map (cali_v4_nat_fe3): Permission denied`,
      'confirmed',
    ],
    ['bpffs that is not mounted', 'panic: /sys/fs/bpf is not mounted', 'confirmed'],
    [
      'the init container, in an event',
      'Warning  BackOff  2m (x9 over 5m)  kubelet  Back-off restarting failed container mount-bpffs in pod calico-node-7k2xp_calico-system(0b1e)',
      'confirmed',
    ],
    [
      'a host whose /sys does not pass mounts on',
      'Error: failed to generate container "b1" spec: failed to generate spec: path "/sys/fs/bpf" is mounted on "/sys" but it is not a shared mount',
      'confirmed',
    ],
    [
      'a Service of the API server without back-end',
      `${log}syncer.go 528: Applying new state, {map[default/kubernetes:https:10.43.0.1:443/TCP shop/web::10.43.7.7:80/TCP] map[shop/web:[10.42.0.9:8080]] }`,
      'confirmed',
    ],
    ['the same in the maps', `${lost}\n\n10.43.0.1 port 443 proto 6 id 3 count 0 local 0`, 'confirmed'],
    ['no kube-proxy, and calico-node asks for the Service', `${on}\n\n${noProxy}\n\n${lost}`, 'confirmed'],
    [
      'a name that nobody knows yet',
      'KUBERNETES_SERVICE_HOST=api.shop.example\n\ndial tcp: lookup api.shop.example on 10.43.0.10:53: server misbehaving',
      'confirmed',
    ],
    [
      'no kube-proxy and a calico-node that is not ready',
      `${on}\n\n${noProxy}\n\ncalico-node-7k2xp   0/1   Running   0   8m`,
      'likely',
    ],
    [
      'kube-proxy runs as well',
      `${on}\n\nkube-proxy-x2x4z   1/1   Running   0   8m\ncalico-node-7k2xp   0/1   Running   0   8m`,
      'likely',
    ],
    [
      'kube-proxy runs, and rules are refused',
      `${on}\n\nkube-proxy-x2x4z   1/1   Running   0   8m\n\n${log}table.go 999: Failed to program iptables, will retry error=exit status 1 table="nat"`,
      'confirmed',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['eBPF alone', on],
    [
      'no kube-proxy, and an address for the API server',
      `${on}\n\n${noProxy}\n\nKUBERNETES_SERVICE_HOST=10.0.0.9\n\ncalico-node-7k2xp   0/1   Running   0   8m`,
    ],
    ['the Service does not answer, and eBPF is off', `bpfEnabled: false\n\n${lost}`],
    [
      'the init container’s complaint where eBPF is off',
      'bpfEnabled: false\n\nFailed to mount BPF filesystem.',
    ],
    ['XDP is not there', `${log}int_dataplane.go 9: Can't enable XDP acceleration. error=kernel is too old`],
    [
      'another init container',
      'Warning  BackOff  2m  kubelet  Back-off restarting failed container install-cni in pod calico-node-7k2xp_calico-system(0b1e)',
    ],
    [
      'a Service with back-ends',
      `${log}syncer.go 528: Applying new state, {map[default/kubernetes:https:10.43.0.1:443/TCP] map[default/kubernetes:https:[10.0.0.9:6443]] }`,
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('kube-proxy runs, and Felix was told to leave its rules alone', () => {
    const text = `${on}\nbpfKubeProxyIptablesCleanupEnabled: false\n\nkube-proxy-x2x4z   1/1   Running   0   8m\ncalico-node-7k2xp   0/1   Running   0   8m`
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('the init container in a pod', () => {
  const withInit = (exitCode: number): Table => {
    const pod = calicoNode(
      'w1',
      { ready: false, status: 'Init:CrashLoopBackOff' },
      { ...stock, ready: false },
    )
    const init = { name: 'mount-bpffs', init: true, lastTermination: { reason: 'Error', exitCode } }
    return { pods: [{ ...pod, containers: [init, ...pod.containers] }] }
  }
  test.each([
    [2, 'confirmed'],
    [0, undefined],
  ])('that ended with code %i', (exitCode, expected) => {
    expect(diagnose(factsOf(withInit(exitCode)), [mode]).causes[0]?.confidence).toBe(expected)
  })
})

test('without the failing request it is likely only', () => {
  const around = `${on}\n\n${noProxy}\n\ncalico-node-7k2xp   0/1   Running   0   8m`
  expect(foundIn(`${around}\n\n${lost}`, mode)).toBe('confirmed')
  expect(foundIn(around, mode)).toBe('likely')
})
