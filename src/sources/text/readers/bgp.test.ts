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
        facts: 4,
      },
    ])
    expect(facts.rows('bgpSessions')).toMatchObject([
      { node: 'k8s-worker-03', peer: '10.0.0.2', kind: 'mesh', up: true, state: 'Established' },
      { peer: '10.0.0.3', up: false, state: 'Active', info: 'Socket: Host is unreachable' },
    ])
  })

  test.each([
    [
      '| 10.7.7.41   | node specific | start | 09:14:02 | Idle Received: Bad peer AS',
      'node',
      'Idle',
      'Received: Bad peer AS',
    ],
    [
      '| 198.51.100.7  | node-to-node mesh | down  | 17:20:31 | Error: No listening socket |',
      'mesh',
      'down',
      'Error: No listening socket',
    ],
    [
      '10.1.7.9 node-to-node mesh start 12:33:20 Connect Socket: Connection refused',
      'mesh',
      'Connect',
      'Socket: Connection refused',
    ],
    [
      '10.1.7.9 | node-to-node mesh | start | 2025-11-02 | OpenSent Socket: Connection closed |',
      'mesh',
      'OpenSent',
      'Socket: Connection closed',
    ],
    [
      'node-to-node mesh | start | 12:33:20 | Active Socket: Operation timed out |',
      'mesh',
      'Active',
      'Socket: Operation timed out',
    ],
    [
      '| fd00:7::9 | global | start | 12:33:20 | Passive BGP Error: Cease |',
      'global',
      'Passive',
      'BGP Error: Cease',
    ],
  ])('a row alone: %s', (text, kind, state, info) => {
    expect(rows(text, 'bgpSessions')).toMatchObject([{ kind, state, info, up: false }])
  })

  test('a row cut behind its state is a session that is not up', () => {
    expect(rows('| 10.1.7.9   | node-to-node mesh | start |', 'bgpSessions')).toEqual([
      { node: '', peer: '10.1.7.9', kind: 'mesh', up: false, state: 'start' },
    ])
  })

  test('dropped packets give no reason', () => {
    expect(rows('| 10.1.7.9 | node-to-node mesh | start | 12:33:20 | Connect |', 'bgpSessions')).toEqual([
      { node: '', peer: '10.1.7.9', kind: 'mesh', up: false, state: 'Connect' },
    ])
  })

  test('a node without peers says so', () => {
    const text = 'IPv4 BGP status\nNo IPv4 peers found.\n\nIPv6 BGP status\nNo IPv6 peers found.'
    expect(rows(text, 'bgpSessions')).toEqual([])
    expect(rows(text, 'messages')).toMatchObject([
      { message: { id: 'calicoctl/no-peers', params: { family: 'IPv4' } } },
      { message: { id: 'calicoctl/no-peers', params: { family: 'IPv6' } } },
    ])
  })

  test('birdcl show protocols all: the neighbour and the last error stand below', () => {
    const text = `name     proto    table    state  since       info
rack1    BGP      master   start  10:51:28    Idle
  Description:    top of rack
  BGP state:          Idle
    Neighbor address: 10.1.7.254
    Neighbor AS:      65001
    Last error:       Received: Bad peer AS

Mesh_10_1_7_9 BGP      master   up     10:51:40    Established
  BGP state:          Established
    Neighbor address: 10.1.7.9`
    expect(rows(text, 'bgpSessions')).toMatchObject([
      { peer: '10.1.7.254', kind: 'node', up: false, state: 'Idle', info: 'Received: Bad peer AS' },
      { peer: '10.1.7.9', kind: 'mesh', up: true },
    ])
  })

  test('near miss: BIRD’s table is not the kernel’s', () => {
    const { facts, pieces } = read(
      '10.61.4.64/26      via 10.1.7.9 on eth0 [Mesh_10_1_7_9 10:51:41] * (100/0) [i]',
    )
    expect(pieces).toMatchObject([{ format: 'birdcl show route', facts: 0, notUnderstood: 0 }])
    expect(facts.rows('routes')).toEqual([])
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
