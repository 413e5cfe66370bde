import { describe, expect, test } from 'vitest'
import { parseTime } from '#base/clock.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { formats, minute, read, rows } from '#sources/text/readers/testing.ts'

const describeNode = `Name:               k8s-worker-03
Roles:              <none>
Labels:             kubernetes.io/hostname=k8s-worker-03
                    kubernetes.io/os=linux
Annotations:        node.alpha.kubernetes.io/ttl: 0
                    projectcalico.org/IPv4Address: 10.0.0.23/24
CreationTimestamp:  Wed, 07 Jan 2026 06:00:20 +0000
Taints:             node.kubernetes.io/unreachable:NoExecute
                    node.kubernetes.io/unreachable:NoSchedule
Unschedulable:      true
Lease:
  HolderIdentity:  k8s-worker-03
Conditions:
  Type                 Status    LastHeartbeatTime                 LastTransitionTime                Reason              Message
  ----                 ------    -----------------                 ------------------                ------              -------
  NetworkUnavailable   False     Wed, 07 Jan 2026 06:01:00 +0000   Wed, 07 Jan 2026 06:01:00 +0000   CalicoIsUp          Calico is running on this node
  Ready                Unknown   Wed, 07 Jan 2026 06:51:00 +0000   Wed, 07 Jan 2026 06:52:00 +0000   NodeStatusUnknown   Kubelet stopped posting node status.
Addresses:
  InternalIP:  10.0.0.23
  Hostname:    k8s-worker-03
System Info:
  Kernel Version:             5.15.0-136-generic
  Kubelet Version:            v1.31.9
Non-terminated Pods:          (1 in total)
  Namespace                   Name                 CPU Requests  CPU Limits  Memory Requests  Memory Limits  Age
  ---------                   ----                 ------------  ----------  ---------------  -------------  ---
  kube-system                 calico-node-x7k2p    250m (12%)    0 (0%)      0 (0%)           0 (0%)         52m
Events:
  Type    Reason        Age                From             Message
  ----    ------        ----               ----             -------
  Normal  NodeNotReady  8m                 node-controller  Node k8s-worker-03 status is now: NodeNotReady
  Normal  NodeReady     51m (x2 over 52m)  kubelet          Node k8s-worker-03 status is now: NodeReady
`

describe('kubectl describe node', () => {
  test('gives the node, its events and their messages', () => {
    const { facts, pieces } = read(describeNode)
    expect(formats(pieces)).toEqual(['kubectl describe node'])
    expect(pieces[0]).toMatchObject({ fromLine: 1, notUnderstood: 0, about: nodeSubject('k8s-worker-03') })
    expect(facts.rows('nodes')).toMatchObject([
      {
        name: 'k8s-worker-03',
        unschedulable: true,
        internalIp: '10.0.0.23',
        calicoIpv4: '10.0.0.23/24',
        kubeletVersion: 'v1.31.9',
        createdAtMs: parseTime('2026-01-07T06:00:20Z'),
        taints: [
          { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
          { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
        ],
        labels: { 'kubernetes.io/hostname': 'k8s-worker-03', 'kubernetes.io/os': 'linux' },
        conditions: [
          { type: 'NetworkUnavailable', status: 'False', reason: 'CalicoIsUp' },
          {
            type: 'Ready',
            status: 'Unknown',
            reason: 'NodeStatusUnknown',
            heartbeatAtMs: parseTime('2026-01-07T06:51:00Z'),
          },
        ],
      },
    ])
    expect(facts.rows('events').map(({ reason, count }) => [reason, count])).toEqual([
      ['NodeNotReady', 1],
      ['NodeReady', 2],
    ])
  })

  test('is complete for its own node and nothing else', () => {
    const { facts } = read(describeNode)
    expect(facts.coverage('nodes', nodeSubject('k8s-worker-03'))).toEqual({ kind: 'complete' })
    expect(facts.coverage('nodes', nodeSubject('k8s-worker-01'))).toEqual({ kind: 'partial' })
    expect(facts.coverage('events', nodeSubject('k8s-worker-03'))).toEqual({ kind: 'partial' })
    expect(facts.coverage('hostPaths')).toEqual({ kind: 'missing', why: 'not-in-text' })
  })

  test('without its indentation, its tables are still its own', () => {
    const flat = describeNode.replace(/^ +/gm, '')
    const { facts } = read(flat)
    expect(facts.rows('nodes')).toMatchObject([
      {
        name: 'k8s-worker-03',
        conditions: [{ type: 'NetworkUnavailable' }, { type: 'Ready', status: 'Unknown' }],
      },
    ])
    expect(facts.rows('events').map(({ about }) => about.name)).toEqual(['k8s-worker-03', 'k8s-worker-03'])
  })

  test('a condition without a reason is one, where its type is a node’s only', () => {
    const { facts } = read('NetworkUnavailable   True   (nobody lifts it)\n\nReady   False\n')
    expect(facts.rows('nodes').flatMap(({ conditions }) => conditions)).toEqual([
      { type: 'NetworkUnavailable', status: 'True' },
    ])
  })

  test('cut before its conditions, it is not complete', () => {
    const cut = describeNode.slice(0, describeNode.indexOf('Conditions:'))
    expect(read(cut).facts.coverage('nodes', nodeSubject('k8s-worker-03'))).toEqual({ kind: 'partial' })
  })

  test('two of them are two nodes', () => {
    const both = `${describeNode}\n\n${describeNode.replaceAll('worker-03', 'worker-04')}`
    expect(rows(both, 'nodes')).toMatchObject([{ name: 'k8s-worker-03' }, { name: 'k8s-worker-04' }])
  })

  test('ages count back from the newest time in the text', () => {
    const [event] = read(describeNode).facts.rows('events')
    expect(event?.lastAtMs).toBe((parseTime('2026-01-07T06:52:00Z') ?? 0) - 8 * minute)
  })
})

const describePod = `Name:                 calico-node-x7k2p
Namespace:            kube-system
Priority:             2000001000
Service Account:      calico-node
Node:                 k8s-worker-03/10.0.0.23
Start Time:           Wed, 07 Jan 2026 06:00:25 +0000
Labels:               controller-revision-hash=5d4f6c
                      k8s-app=calico-node
Status:               Running
IP:                   10.0.0.23
Controlled By:  DaemonSet/calico-node
Init Containers:
  install-cni:
    Image:         docker.io/calico/cni:v3.29.3
    State:          Terminated
      Reason:       Completed
      Exit Code:    0
      Started:      Wed, 07 Jan 2026 06:30:10 +0000
      Finished:     Wed, 07 Jan 2026 06:30:11 +0000
    Ready:          True
    Restart Count:  0
Containers:
  calico-node:
    Image:          registry.example/calico-node:v3.29.3-hardened
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       Error
      Exit Code:    137
      Started:      Wed, 07 Jan 2026 06:40:00 +0000
      Finished:     Wed, 07 Jan 2026 06:41:05 +0000
    Ready:          False
    Restart Count:  7
    Liveness:       exec [/bin/calico-node -felix-live -bird-live] delay=10s timeout=10s period=10s #success=1 #failure=6
Conditions:
  Type                        Status
  PodReadyToStartContainers   True
  Ready                       False
Events:
  Type     Reason     Age                  From     Message
  ----     ------     ----                 ----     -------
  Warning  Unhealthy  12m (x40 over 30m)   kubelet  Liveness probe failed: calico/node is not ready: bird/confd is not live: Service bird is not running. Output << down: /etc/service/enabled/bird: 1s, normally up, want up >>
  Warning  BackOff    2m (x30 over 25m)    kubelet  Back-off restarting failed container calico-node in pod calico-node-x7k2p_kube-system(0b1e)
`

describe('kubectl describe pod', () => {
  test('gives the pod with its containers', () => {
    expect(rows(describePod, 'pods')).toEqual([
      {
        namespace: 'kube-system',
        name: 'calico-node-x7k2p',
        node: 'k8s-worker-03',
        component: 'calico-node',
        phase: 'Running',
        status: 'CrashLoopBackOff',
        ready: false,
        ip: '10.0.0.23',
        createdAtMs: parseTime('2026-01-07T06:00:25Z'),
        owner: 'DaemonSet/calico-node',
        containers: [
          {
            name: 'install-cni',
            init: true,
            image: 'docker.io/calico/cni:v3.29.3',
            ready: true,
            restarts: 0,
            state: 'terminated',
            reason: 'Completed',
            lastTermination: {
              reason: 'Completed',
              exitCode: 0,
              finishedAtMs: parseTime('2026-01-07T06:30:11Z'),
            },
          },
          {
            name: 'calico-node',
            init: false,
            image: 'registry.example/calico-node:v3.29.3-hardened',
            ready: false,
            restarts: 7,
            state: 'waiting',
            reason: 'CrashLoopBackOff',
            lastTermination: {
              reason: 'Error',
              exitCode: 137,
              finishedAtMs: parseTime('2026-01-07T06:41:05Z'),
            },
          },
        ],
      },
    ])
  })

  test('its events are about the pod, its messages about container and node', () => {
    expect(rows(describePod, 'messages')).toMatchObject([
      {
        message: { id: 'health/bird-not-running' },
        count: 40,
        node: 'k8s-worker-03',
        container: 'calico-node',
        pod: { name: 'calico-node-x7k2p' },
      },
      { message: { id: 'health/service-not-live' } },
      { message: { id: 'kubelet/back-off-restarting' }, count: 30 },
      { message: { id: 'kubelet/probe-failed' } },
    ])
  })
})
