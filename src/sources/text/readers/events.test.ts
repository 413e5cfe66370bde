import { describe, expect, test } from 'vitest'
import { rows } from '#sources/text/readers/testing.ts'

describe('events of old clients', () => {
  test.each<readonly [string, string, object]>([
    [
      'get events, with the event’s own name',
      '2m   3h   55   calico-node-k2x9q.15a1b2c3d4e5f607   Pod   spec.containers{calico-node}   Warning   Unhealthy   kubelet, wk-3   Readiness probe failed: x',
      {
        about: { kind: 'Pod', name: 'calico-node-k2x9q' },
        reason: 'Unhealthy',
        count: 55,
        node: 'wk-3',
        message: 'Readiness probe failed: x',
      },
    ],
    [
      'describe, with first and last sight',
      '  1h   4m   9   kubelet, wk-4   spec.containers{calico-node}   Warning   BackOff   Back-off restarting failed container',
      { reason: 'BackOff', count: 9, component: 'kubelet', node: 'wk-4' },
    ],
    [
      'wide, from a component that has no host',
      'kube-system   31m   Warning   FailedCreate   daemonset/calico-node   daemonset-controller   Error creating: x   45m   12   calico-node.17abc',
      {
        about: { kind: 'DaemonSet', name: 'calico-node' },
        component: 'daemonset-controller',
        message: 'Error creating: x',
        count: 12,
      },
    ],
  ])('%s', (_, text, row) => {
    expect(rows(text, 'events')).toMatchObject([row])
  })

  test('a row of `get events` does not go on with the next one, however long it is', () => {
    const row = (age: string, peers: string): string =>
      `${age}          Warning   Unhealthy   pod/calico-node-q7w2z   Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with ${peers}`
    const text = `${row('9m', '10.7.4.21,10.7.4.22')}\n${row('8m', '10.7.4.22')}`
    expect(rows(text, 'events')).toMatchObject([
      { message: expect.stringMatching(/with 10\.7\.4\.21,10\.7\.4\.22$/) },
      { message: expect.stringMatching(/with 10\.7\.4\.22$/) },
    ])
  })

  test('an image that is pulled tells a version', () => {
    const text = 'Normal  Pulling  2m  kubelet  Pulling image "docker.io/calico/cni:v3.26.1"'
    expect(rows(text, 'versions')).toEqual([{ of: 'calico/cni', version: 'v3.26.1' }])
  })
})
