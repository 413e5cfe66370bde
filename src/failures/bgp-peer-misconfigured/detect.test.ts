import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/bgp-peer-misconfigured/index.ts'
import { node } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const mesh = (value: boolean): string =>
  `apiVersion: projectcalico.org/v3\nkind: BGPConfiguration\nmetadata:\n  name: default\nspec:\n  asNumber: 64512\n  nodeToNodeMeshEnabled: ${value}`
const peer = (...lines: readonly string[]): string =>
  [
    'apiVersion: projectcalico.org/v3',
    'kind: BGPPeer',
    'metadata:',
    '  name: rack-3',
    'spec:',
    ...lines.map((line) => `  ${line}`),
  ].join('\n')
const noPeers =
  'Calico process is running.\n\nIPv4 BGP status\nNo IPv4 peers found.\n\nIPv6 BGP status\nNo IPv6 peers found.'
const nodes =
  'NAME    ASN       IPV4            IPV6\nalpha   (64512)   10.77.0.11/24\nbeta    (64512)   10.77.0.12/24'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['the mesh is off, and BIRD has no peer', `${mesh(false)}\n\n${noPeers}`, 'confirmed'],
    ['the mesh is off, and nothing else is shown', mesh(false), 'likely'],
    ['the same in etcd', '/calico/bgp/v1/global/node_mesh = {"enabled":false}', 'likely'],
    [
      'a node peers with itself, by the table',
      '| 10.77.0.11   | node specific     | start | 10:51:28 | Idle Received: Bad BGP identifier |',
      'confirmed',
    ],
    [
      'a node peers with itself, by BIRD',
      'bird: Node_10_77_0_11: Error: Bad BGP identifier: 10.77.0.11',
      'confirmed',
    ],
    [
      'a peer of one node that is that node',
      `${nodes}\n\n---\n${peer('node: alpha', 'peerIP: 10.77.0.11', 'asNumber: 64512')}`,
      'confirmed',
    ],
    [
      'a selector that confd does not understand',
      "2025-03-04 05:06:07.890 [ERROR][88] confd/client.go 700: Couldn't parse selector: rack = 3 error=unexpected characters",
      'confirmed',
    ],
    ['a peer whose selector is no selector', peer('nodeSelector: all()', 'peerSelector: rack = 3'), 'likely'],
    ['a peer that names nobody', peer("nodeSelector: rack == '3'", 'asNumber: 64512'), 'likely'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the mesh’s setting a node without peers says little', () => {
    expect(foundIn(`${mesh(false)}\n\n${noPeers}`, mode)).toBe('confirmed')
    expect(foundIn(noPeers, mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['a mesh of which somebody only tells', 'We disabled the node-to-node mesh again.'],
    [
      'the mesh is off, and a peer for all nodes is there',
      `${mesh(false)}\n---\n${peer('peerIP: 10.77.0.1', 'asNumber: 65001')}`,
    ],
    [
      'the mesh is off, and sessions with routers are up',
      `${mesh(false)}\n\n| 10.77.0.1    | global            | up    | 10:51:28 | Established |`,
    ],
    ['the mesh is on', mesh(true)],
    [
      'a cluster without BGP',
      `${mesh(false)}\n\n        - name: CALICO_NETWORKING_BACKEND\n          value: vxlan`,
    ],
    ['no peers of IPv6', 'IPv6 BGP status\nNo IPv6 peers found.'],
    [
      'a route reflector for all, itself one of them',
      `${nodes}\n\n---\n${peer('peerIP: 10.77.0.11', 'asNumber: 64512')}`,
    ],
    ['another reason', '| 10.77.0.1    | global | start | 10:51:28 | Idle Received: Bad peer AS |'],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('on a cluster', () => {
  const with_ = (table: Table, ...complete: readonly string[]) => {
    const { causes, preventive } = diagnose(factsOf(table, { complete }), [mode])
    return [causes.length, preventive.length]
  }
  const rr: Table = {
    nodes: [node('w1', { labels: { rr: 'true' } }), node('w2', { labels: { zone: 'a' } })],
    bgpPeers: [{ name: 'to-rr', nodeSelector: 'all()', peerSelector: "rr == 'true'" }],
    settings: [{ of: 'BGPConfiguration', in: 'default', name: 'nodeToNodeMeshEnabled', value: 'false' }],
  }

  test('route reflectors whose label is there are well', () => {
    expect(with_(rr, 'nodes', 'bgpPeers', 'settings')).toEqual([0, 0])
  })

  test('a label that went away is seen', () => {
    const nodes = [node('w1', { labels: { zone: 'a' } }), node('w2', { labels: { zone: 'a' } })]
    expect(with_({ nodes, bgpPeers: rr.bgpPeers ?? [] }, 'nodes', 'bgpPeers', 'settings')).toEqual([0, 1])
  })

  test('no settings of BGP at all: the mesh is on', () => {
    expect(with_({ nodes: [node('w1')] }, 'bgpPeers', 'settings')).toEqual([0, 0])
  })
})
