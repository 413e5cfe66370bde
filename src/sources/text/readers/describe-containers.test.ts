import { describe, expect, test } from 'vitest'
import { formats, read, rows } from '#sources/text/readers/testing.ts'

const template = `Name:           calico-node
Namespace:      kube-system
Node-Selector:  pool=a
Desired Number of Nodes Scheduled: 3
Pod Template:
  Labels:  k8s-app=calico-node
  Containers:
   calico-node:
    Image:      quay.io/calico/node:v3.28.1
    Limits:
      memory:  150Mi
    Liveness:   exec [/bin/calico-node -felix-live] delay=10s timeout=10s period=10s #success=1 #failure=6
    Environment:
      NODENAME:         (v1:spec.nodeName)
      IP:              autodetect
      CNI_MTU:         <set to the key 'veth_mtu' of config map 'calico-config'>  Optional: false
      ETCD_PASSWORD:   abc
    Mounts:
      /var/lib/calico from var-lib-calico (rw)
  Volumes:
   lib-modules:
    Type:  HostPath (bare host directory volume)
    Path:  /lib/modules
Events:  <none>`

describe('containers', () => {
  test('a DaemonSet’s template: environment, mounts, limits, probes, image', () => {
    expect(rows(template, 'settings')).toEqual(
      expect.arrayContaining([
        { of: 'container', in: 'calico-node', name: 'resources.limits.memory', value: '150Mi' },
        { of: 'container', in: 'calico-node', name: 'livenessProbe.timeoutSeconds', value: '10' },
        { of: 'container', in: 'calico-node', name: 'volumeMounts', value: '/var/lib/calico' },
        { of: 'container', in: 'calico-node', name: 'nodeSelector', value: 'pool=a' },
        { of: 'env', in: 'calico-node', name: 'IP', value: 'autodetect' },
        { of: 'env', in: 'calico-node', name: 'NODENAME', value: '<from fieldRef spec.nodeName>' },
        {
          of: 'env',
          in: 'calico-node',
          name: 'CNI_MTU',
          value: '<from configMapKeyRef calico-config/veth_mtu>',
        },
      ]),
    )
    expect(rows(template, 'versions')).toEqual([{ of: 'calico/node', version: 'v3.28.1' }])
  })

  test('secrets stay out', () => {
    expect(JSON.stringify(rows(template, 'settings'))).not.toContain('abc')
  })

  test.each<readonly [string, string]>([
    [
      'indented',
      '    Last State:     Terminated\n      Reason:       Error\n      Exit Code:    139\n    Restart Count:  14',
    ],
    ['flat', 'Last State: Terminated\nReason: Error\nExit Code: 139\nRestart Count: 14'],
  ])('a state that was cut out, %s, is calico-node’s where that is spoken of', (_, text) => {
    expect(rows(text, 'pods')).toEqual([])
    expect(rows(`${text}\n\ncalico-node crashes since the upgrade`, 'pods')).toMatchObject([
      {
        component: 'calico-node',
        containers: [
          { name: 'calico-node', restarts: 14, lastTermination: { reason: 'Error', exitCode: 139 } },
        ],
      },
    ])
  })

  test('a description without its beginning', () => {
    const text =
      'Containers:\n  calico-node:\n    Image:  calico/node:v3.25.0\n    State:  Waiting\n      Reason:  CrashLoopBackOff\n    Ready:  False\nConditions:\n  Type    Status\n  Ready   False\nEvents:\n  Warning  BackOff  2m (x9 over 5m)  kubelet  Back-off restarting failed container'
    expect(formats(read(text).pieces)).toEqual(['kubectl describe pod'])
    expect(rows(text, 'pods')).toMatchObject([{ ready: false, status: 'CrashLoopBackOff' }])
    expect(rows(text, 'events')).toMatchObject([{ reason: 'BackOff', count: 9 }])
  })

  test.each<readonly [string, string]>([
    ['an issue’s template', 'Environment:\n- Calico version: x\n- OS: y'],
    [
      'a container of somebody else in a thread about Calico',
      'we run calico\n\n  web:\n    Image:  shop/web:1.2\n    Last State:  Terminated\n      Reason:  OOMKilled',
    ],
    ['a pod of somebody else', 'Containers:\n  web:\n    Image:  shop/web:1.2\n    Ready:  True'],
  ])('near miss: %s', (_, text) => {
    expect(rows(text, 'settings')).toEqual([])
    expect(rows(text, 'pods')).toEqual([])
  })
})

test.each([
  ['the only calico-node that was named', '', 'calico-node-7x2lm'],
  ['of two the one that is not ready', 'calico-node-9q4rt   1/1   Running   0   8m\n', 'calico-node-7x2lm'],
])('containers that were cut out belong to %s', (_, other, expected) => {
  const text = `${other}calico-node-7x2lm   0/1   Init:Error   6   8m

Init Containers:
  mount-bpffs:
    State:       Terminated
      Reason:    Error
      Exit Code: 2
`
  expect(rows(text, 'pods')).toContainEqual(
    expect.objectContaining({
      name: expected,
      containers: [expect.objectContaining({ name: 'mount-bpffs', init: true })],
    }),
  )
})
