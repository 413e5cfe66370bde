import { describe, expect, test } from 'vitest'
import type { RelationName } from '#cluster/relations.ts'
import { minute, nowMs, read, rows } from '#sources/text/readers/testing.ts'

/** The end of a describe that tells the condition behind a table's NotReady. */
const describedNode = `Name:               k8s-worker-03
Roles:              <none>
Taints:             <none>
Conditions:
  Ready                Unknown   Wed, 07 Jan 2026 06:51:00 +0000   Wed, 07 Jan 2026 06:52:00 +0000   NodeStatusUnknown   Kubelet stopped posting node status.
`

describe('tables of kubectl', () => {
  const wide = `NAMESPACE     NAME                READY   STATUS             RESTARTS      AGE   IP          NODE            NOMINATED NODE   READINESS GATES
kube-system   calico-node-x7k2p   0/1     CrashLoopBackOff   7 (2m4s ago)  52m   10.0.0.23   k8s-worker-03   <none>           <none>
shop          web-6d4cf56db6-abc  1/1     Running            0             50m   <none>      <none>          <none>           <none>`

  test('pods, wide', () => {
    expect(rows(wide, 'pods')).toEqual([
      {
        namespace: 'kube-system',
        name: 'calico-node-x7k2p',
        component: 'calico-node',
        status: 'CrashLoopBackOff',
        ready: false,
        restarts: 7,
        lastRestartAtMs: nowMs - 124_000,
        createdAtMs: nowMs - 52 * minute,
        ip: '10.0.0.23',
        node: 'k8s-worker-03',
        containers: [],
      },
      {
        namespace: 'shop',
        name: 'web-6d4cf56db6-abc',
        status: 'Running',
        ready: true,
        restarts: 0,
        createdAtMs: nowMs - 50 * minute,
        containers: [],
      },
    ])
  })

  test.each<[string, string, RelationName, object]>([
    [
      'pods without a header, columns squeezed by a chat',
      'calico-node-x7k2p 0/1 Running 7 (2m4s ago) 52m 10.0.0.23 k8s-worker-03 <none> <none>',
      'pods',
      { name: 'calico-node-x7k2p', status: 'Running', ready: false, node: 'k8s-worker-03' },
    ],
    [
      'the namespace of the command',
      '$ kubectl get pods -n calico-system\nNAME   READY   STATUS   RESTARTS   AGE\ncalico-node-x7k2p   0/1   Init:Error   0   5m',
      'pods',
      { namespace: 'calico-system', status: 'Init:Error', ready: false },
    ],
    [
      'a pod and its state alone',
      'calico-node-x7k2p   CrashLoopBackOff',
      'pods',
      { name: 'calico-node-x7k2p', status: 'CrashLoopBackOff' },
    ],
    [
      'nodes, wide',
      'NAME            STATUS                        ROLES    AGE   VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE   KERNEL-VERSION   CONTAINER-RUNTIME\nk8s-worker-03   NotReady,SchedulingDisabled   <none>   52m   v1.31.9   10.0.0.23     <none>        Ubuntu 22.04.5 LTS   5.15.0-136-generic   containerd://1.7.27',
      'nodes',
      {
        name: 'k8s-worker-03',
        unschedulable: true,
        internalIp: '10.0.0.23',
        kubeletVersion: 'v1.31.9',
        osImage: 'Ubuntu 22.04.5 LTS',
        kernelVersion: '5.15.0-136-generic',
        containerRuntime: 'containerd://1.7.27',
        conditions: [{ type: 'Ready', status: 'False' }],
      },
    ],
    [
      'daemonsets',
      'kube-system   calico-node   5   5   4   5   4   kubernetes.io/os=linux   52m',
      'daemonSets',
      { namespace: 'kube-system', name: 'calico-node', desired: 5, current: 5, ready: 4, available: 4 },
    ],
    [
      'events, narrow',
      'LAST SEEN   TYPE      REASON      OBJECT                  MESSAGE\n31m         Warning   Unhealthy   pod/calico-node-x7k2p   Readiness probe failed: x',
      'events',
      {
        about: { kind: 'Pod', name: 'calico-node-x7k2p' },
        reason: 'Unhealthy',
        count: 1,
        lastAtMs: nowMs - 31 * minute,
      },
    ],
    [
      'events, wide',
      'kube-system   31m   Warning   Unhealthy   pod/calico-node-x7k2p   spec.containers{calico-node}   kubelet, k8s-worker-03   Readiness probe failed: x   45m   12   calico-node-x7k2p.17abc',
      'events',
      {
        about: { kind: 'Pod', namespace: 'kube-system', name: 'calico-node-x7k2p' },
        message: 'Readiness probe failed: x',
        component: 'kubelet',
        node: 'k8s-worker-03',
        count: 12,
        firstAtMs: nowMs - 45 * minute,
      },
    ],
  ])('%s', (_, text, relation, row) => {
    expect(rows(text, relation)).toMatchObject([row])
  })

  test('a table that no reader knows is counted, not guessed at', () => {
    const { pieces, facts } = read('NAME           FLAVOURS   AGE\nvanilla-1      <none>     15m')
    expect(pieces).toMatchObject([{ format: 'a table of kubectl', facts: 0, notUnderstood: 1 }])
    expect(facts.rows('pods')).toEqual([])
  })

  test('a table’s NotReady gives way to the condition itself, in any order', () => {
    const table = 'k8s-worker-03   NotReady   <none>   52m   v1.31.9'
    for (const text of [`${table}\n\n${describedNode}`, `${describedNode}\n\n${table}`]) {
      const [node] = read(text).facts.rows('nodes')
      expect(node?.conditions.filter(({ type }) => type === 'Ready')).toMatchObject([
        { status: 'Unknown', reason: 'NodeStatusUnknown' },
      ])
    }
  })
})

describe('events as describe prints them, alone', () => {
  test('wrapped by a terminal, with a second line', () => {
    const text = `  Warning  Unhealthy  112s (x201 over 73m)  kubelet  (combined from similar events): Readiness probe failed: 2024-02-12 14:42:49.280 [INFO][5037] confd/health.go 180: Number of node(s) with BGP peering established = 0
calico/node is not ready: BIRD is not ready: BGP not established with 10.94.227.28,10.94.227.48`
    expect(rows(text, 'messages')[0]).toMatchObject({
      message: { id: 'health/bgp-not-established', params: { peers: '10.94.227.28,10.94.227.48' } },
      count: 201,
      container: 'calico-node',
    })
  })

  test('of kubectl before 1.20, with the host', () => {
    const text =
      'Warning  Failed   15h   kubelet, worker1  Failed to pull image "quay.io/calico/cni:v3.1.3": rpc error'
    expect(rows(text, 'events')).toMatchObject([{ component: 'kubelet', node: 'worker1' }])
  })

  test('near miss: the node controller’s word about a pod is not about a node', () => {
    const text = 'Warning  NodeNotReady  5m  node-controller  Node is not ready'
    expect(rows(text, 'events')).toMatchObject([{ about: { kind: 'Pod', name: '' } }])
  })
})
