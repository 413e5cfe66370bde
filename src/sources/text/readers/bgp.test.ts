import { describe, expect, test } from 'vitest'
import { nodeSubject } from '#cluster/subjects.ts'
import { read, rows } from '#sources/text/readers/testing.ts'

describe('BGP', () => {
  test('calicoctl node status, with a wrapped cell', () => {
    const text = `root@k8s-worker-03:~# calicoctl node status
Calico process is running.

IPv4 BGP status
+--------------+-------------------+-------+----------+--------------------------------+
| PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |              INFO              |
+--------------+-------------------+-------+----------+--------------------------------+
| 10.0.0.2     | node-to-node mesh | up    | 10:51:40 | Established                    |
| 10.0.0.3     | node-to-node mesh | start | 10:51:28 | Active Socket: Host is         |
|              |                   |       |          | unreachable                    |
+--------------+-------------------+-------+----------+--------------------------------+

IPv6 BGP status
No IPv6 peers found.`
    const { facts, pieces } = read(text)
    expect(pieces).toMatchObject([
      {
        format: 'calicoctl node status',
        about: nodeSubject('k8s-worker-03'),
        aboutFrom: 'the prompt',
        facts: 2,
      },
    ])
    expect(facts.rows('bgpSessions')).toMatchObject([
      { node: 'k8s-worker-03', peer: '10.0.0.2', kind: 'mesh', up: true, state: 'Established' },
      { peer: '10.0.0.3', up: false, state: 'Active', info: 'Socket: Host is unreachable' },
    ])
  })

  test.each([
    [
      '| 10.1.1.140  | node specific | start | 12:33:20 | Idle Received: Bad peer AS',
      'node',
      'Idle',
      'Received: Bad peer AS',
    ],
    [
      '| 192.0.2.136   | node-to-node mesh | down  | 06:44:51 | Error: No listening socket |',
      'mesh',
      'down',
      'Error: No listening socket',
    ],
  ])('a row alone: %s', (text, kind, state, info) => {
    expect(rows(text, 'bgpSessions')).toMatchObject([{ kind, state, info, up: false }])
  })

  test('birdcl show protocols, through a pod whose node another table tells', () => {
    const text = `$ kubectl exec -n kube-system calico-node-x7k2p -- birdcl show protocols
BIRD v0.3.3+birdv1.6.8 ready.
name     proto    table    state  since       info
kernel1  Kernel   master   up     10:51:28
Mesh_10_0_0_2 BGP      master   start  10:51:28    Active        Socket: Connection refused

$ kubectl get pods -n kube-system -o wide
calico-node-x7k2p   1/1   Running   0   52m   10.0.0.23   k8s-worker-03   <none>   <none>`
    expect(rows(text, 'bgpSessions')).toEqual([
      {
        node: 'k8s-worker-03',
        peer: '10.0.0.2',
        kind: 'mesh',
        up: false,
        state: 'Active',
        info: 'Socket: Connection refused',
      },
    ])
  })

  test('near miss: the table of calicoctl ipam is none', () => {
    expect(
      rows('| Block    | 192.168.15.64/26   |        64 | 2 (3%)     | 62 (97%)     |', 'bgpSessions'),
    ).toEqual([])
  })
})
