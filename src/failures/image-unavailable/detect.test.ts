import { describe, expect, test } from 'vitest'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/image-unavailable/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const failed = (image: string, error: string, age = '41s') =>
  `  Warning  Failed     ${age}   kubelet            Failed to pull image "${image}": ${error}`
const limited = 'rpc error: code = Unknown desc = toomanyrequests: Too Many Requests.'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'pulled by hand',
      'docker pull quay.io/calico/node:v3.27.2\nError response from daemon: toomanyrequests: You have reached your unauthenticated pull rate limit.',
      'confirmed',
    ],
    [
      'the installer is of another processor',
      '$ kubectl logs -n kube-system calico-node-x7k2p -c install-cni\nexec /opt/cni/bin/install: exec format error\n',
      'confirmed',
    ],
    [
      'pulled by hand, with the image in the answer',
      'FATA[0033] pulling image: rpc error: code = Unknown desc = Error reading manifest v3.20.0 in docker.io/calico/kube-controllers: toomanyrequests: You have reached your pull rate limit.',
      'confirmed',
    ],
    ['in people’s words', 'Our hosts are arm64 but the calico image is for amd64 only.', 'likely'],
    ['the registry limits pulls', failed('docker.io/calico/cni:v3.27.0', limited), 'confirmed'],
    [
      'kubelet waits',
      '  Normal   BackOff    41s (x9 over 3m)   kubelet   Back-off pulling image "quay.io/calico/node:v3.29.1"',
      'confirmed',
    ],
    [
      'a mirror whose names are joined',
      failed('reg.example/rancher/mirrored-calico-node:v3.28.1', 'failed to resolve reference: not found'),
      'confirmed',
    ],
    [
      'the operator’s image',
      failed('quay.io/tigera/operator:v1.36.2', 'dial tcp: lookup quay.io on 10.3.0.2:53: no such host'),
      'confirmed',
    ],
    [
      'hours ago, as somebody still shows it',
      failed('quay.io/calico/node:v3.29.1', 'dial tcp 203.0.113.9:443: i/o timeout', '15h'),
      'confirmed',
    ],
    [
      'as a table of pods',
      'NAMESPACE     NAME                READY   STATUS                  RESTARTS   AGE\nkube-system   calico-node-x7k2p   0/1     Init:ImagePullBackOff   0          9m\n',
      'confirmed',
    ],
    [
      'another of its pods',
      'NAME                               READY   STATUS         RESTARTS   AGE\ncalico-apiserver-6c5b7d9f44-k2j4h   0/1     ErrImagePull   0          9m\n',
      'confirmed',
    ],
    [
      'in the operator’s words',
      'Pod calico-system/calico-node-x7k2p failed to pull container image "quay.io/calico/node:v3.29.1" for container calico-node',
      'confirmed',
    ],
    [
      'of another processor, in calico-node’s log',
      '$ kubectl logs -n kube-system calico-node-x7k2p -c calico-node\nexec /usr/bin/start_runit: exec format error\n',
      'confirmed',
    ],
    [
      'the same without a name',
      'standard_init_linux.go:228: exec user process caused: exec format error',
      'likely',
    ],
    [
      'the pause image, for calico-node’s own pod',
      'Name:             calico-node-x7k2p\nNamespace:        kube-system\nNode:             w1/10.3.0.7\nLabels:           k8s-app=calico-node\nStatus:           Pending\nIP:               10.3.0.7\nEvents:\n  Type     Reason                  Age   From     Message\n  ----     ------                  ----  ----     -------\n  Warning  FailedCreatePodSandBox  9s    kubelet  Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/pause:3.9": failed to pull image "registry.k8s.io/pause:3.9": dial tcp 203.0.113.9:443: i/o timeout\n',
      'confirmed',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'another image, pulled by hand',
      'docker pull docker.io/shop/web:v9\nError response from daemon: toomanyrequests: You have reached your pull rate limit.',
    ],
    ['another program of another processor', 'exec /app/server: exec format error'],
    ['another application’s image', failed('docker.io/library/nginx:1.27', limited)],
    [
      'its pod',
      'NAME    READY   STATUS             RESTARTS   AGE\nweb-0   0/1     ImagePullBackOff   0          9m\n',
    ],
    [
      'calico-node crashes',
      'NAME                READY   STATUS             RESTARTS   AGE\ncalico-node-x7k2p   0/1     CrashLoopBackOff   7          9m\n',
    ],
    [
      'the image was pulled',
      '  Normal   Pulled     41s   kubelet            Successfully pulled image "docker.io/calico/node:v3.29.1" in 9.1s',
    ],
    [
      'install-cni ran and failed',
      '2025-03-04 05:06:07.890 [ERROR][1] cni-installer/install.go 250: Unable to create token for CNI kubeconfig error=Post "https://10.97.0.1:443/x": dial tcp 10.97.0.1:443: i/o timeout',
    ],
    [
      'another program of another processor',
      '$ kubectl logs -n shop web-5d9c7b44f8-x2k7p\nexec /app/server: exec format error\n',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('without the lines that name the image it is not found', () => {
    const text = `Nodes of the new pool stay NotReady.\n${failed('docker.io/calico/cni:v3.27.0', limited)}`
    expect(foundIn(text, mode)).toBe('confirmed')
    expect(foundIn('Nodes of the new pool stay NotReady.', mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const pod = (ready: boolean): Table => ({
    pods: [
      {
        namespace: 'kube-system',
        name: 'calico-node-a',
        node: 'w1',
        component: 'calico-node',
        ready,
        containers: [],
      },
    ],
  })
  const event = (atMs: number): Table => ({
    messages: [
      {
        message: { id: 'kubelet/back-off-pulling', params: { image: 'docker.io/calico/node:v3.29.1' } },
        pod: { namespace: 'kube-system', name: 'calico-node-a' },
        node: 'w1',
        count: 3,
        atMs,
      },
    ],
  })
  test.each<[string, Table, string | undefined]>([
    ['it waits now', { ...pod(false), ...event(ago(1)) }, 'confirmed'],
    ['it is ready by now', { ...pod(true), ...event(ago(1)) }, undefined],
    ['it waited an hour ago', { ...pod(false), ...event(ago(60)) }, undefined],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
