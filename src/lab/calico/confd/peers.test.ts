import { describe, expect, test } from 'vitest'
import type { BGPPeer, Node } from '#lab/api/objects.ts'
import { NodeIndex } from '#lab/calico/confd/node-index.ts'
import { type Peering, peersOf } from '#lab/calico/confd/peers.ts'

const node = (name: string, address: string, labels: Record<string, string> = {}, cluster?: string): Node =>
  ({
    metadata: {
      name,
      labels,
      annotations: {
        'projectcalico.org/IPv4Address': `${address}/24`,
        ...(cluster === undefined ? {} : { 'projectcalico.org/RouteReflectorClusterID': cluster }),
      },
    },
  }) as unknown as Node // as much of a node as confd reads

const peer = (name: string, spec: BGPPeer['spec']): BGPPeer =>
  ({ metadata: { name }, spec }) as unknown as BGPPeer // as much of a peer as confd reads

function peering(nodeName: string, change: Partial<Peering> = {}) {
  const all = [
    node('a', '10.0.0.21'),
    node('b', '10.0.0.22', { rack: '2' }),
    node('rr', '10.0.0.11', { reflector: 'true' }, '1.0.0.1'),
  ]
  const find = (name: string) => all.find(({ metadata }) => metadata.name === name)
  const nodes = new NodeIndex({ list: () => all, get: find })
  const complaints: string[] = []
  const complain = (says: string): void => void complaints.push(says)
  const o = { nodeName, nodes, asNumber: 64512, listenPorts: new Map(), password: () => undefined, complain }
  return { ...o, ...change, complaints, find }
}

const toReflectors = peer('to-reflectors', {
  nodeSelector: '!has(reflector)',
  peerSelector: 'has(reflector)',
})
const brief = (peers: ReturnType<typeof peersOf>) =>
  peers.map(
    ({ kind, address, port, asNumber }) => `${kind} ${address}${port ? `:${port}` : ''} as ${asNumber}`,
  )

describe('the peerings of a node', () => {
  test.each<readonly [string, string, readonly BGPPeer[], readonly string[]]>([
    ['a client peers with the reflector', 'a', [toReflectors], ['node 10.0.0.11 as 64512']],
    [
      'the reflector peers with each client, since the clients peer with it',
      'rr',
      [toReflectors],
      ['node 10.0.0.21 as 64512', 'node 10.0.0.22 as 64512'],
    ],
    [
      'a router for everybody',
      'a',
      [peer('tor', { peerIP: '10.9.0.1', asNumber: 64999 })],
      ['global 10.9.0.1 as 64999'],
    ],
    [
      'a router on a port of its own',
      'a',
      [peer('tor', { peerIP: '10.9.0.1:1790', asNumber: 64999 })],
      ['global 10.9.0.1:1790 as 64999'],
    ],
    ['a router of another node', 'a', [peer('tor', { node: 'b', peerIP: '10.9.0.1', asNumber: 64999 })], []],
    [
      'a router of one rack',
      'b',
      [peer('tor', { nodeSelector: "rack == '2'", peerIP: '10.9.0.1', asNumber: 64999 })],
      ['node 10.9.0.1 as 64999'],
    ],
    [
      'a global peer goes before the same one for a node',
      'a',
      [
        peer('a', { node: 'a', peerIP: '10.9.0.1', asNumber: 64998 }),
        peer('b', { peerIP: '10.9.0.1', asNumber: 64999 }),
      ],
      ['global 10.9.0.1 as 64999'],
    ],
    [
      'a node that is named by its address peers back',
      'b',
      [peer('pair', { node: 'a', peerIP: '10.0.0.22', asNumber: 64512 })],
      ['node 10.0.0.21 as 64512'],
    ],
    [
      'not with another AS number',
      'b',
      [peer('pair', { node: 'a', peerIP: '10.0.0.22', asNumber: 64513 })],
      [],
    ],
    ['no address at all', 'a', [peer('broken', { peerIP: 'router-1', asNumber: 1 })], []],
    ['a selector that is none', 'a', [peer('broken', { nodeSelector: 'rack = 2', peerIP: '10.9.0.1' })], []],
  ])('%s', (_, nodeName, peers, expected) => {
    expect(brief(peersOf(peers, peering(nodeName)))).toEqual(expected)
  })

  test('a node with a port of its own is called there', () => {
    const listenPorts = new Map([['rr', 1790]])
    expect(brief(peersOf([toReflectors], peering('a', { listenPorts })))).toEqual([
      'node 10.0.0.11:1790 as 64512',
    ])
  })

  test('what cannot be used is told', () => {
    const asked = peering('a')
    peersOf(
      [peer('x', { peerIP: 'router-1' }), peer('y', { nodeSelector: 'rack = 2', peerIP: '10.9.0.1' })],
      asked,
    )
    expect(asked.complaints).toContain('PeerIP is not assigned or is malformed')
    expect(asked.complaints).toContain("Couldn't parse selector: rack = 2")
  })
})

describe('a change of a node', () => {
  test.each<readonly [string, string, Node, readonly string[]]>([
    ['does not concern a client of reflectors', 'a', node('b', '10.0.0.99'), []],
    [
      'concerns the reflector of that client',
      'rr',
      node('b', '10.0.0.99', { rack: '2' }),
      ['HostBGPConfig(node=b; name=ip_addr_v4) updated', 'HostBGPConfig(node=b; name=network_v4) updated'],
    ],
    [
      'concerns a client when its reflector loses its label',
      'a',
      node('rr', '10.0.0.11', {}, '1.0.0.1'),
      ['rr updated'],
    ],
    [
      'does not, when nothing that confd reads has changed',
      'a',
      node('rr', '10.0.0.11', { reflector: 'true' }, '1.0.0.1'),
      [],
    ],
  ])('%s', (_, nodeName, changed, reasons) => {
    const asked = peering(nodeName)
    asked.nodes.ask()
    peersOf([toReflectors], asked)
    const was = asked.find(changed.metadata.name)
    expect(asked.nodes.changed({ was, is: changed })).toEqual(reasons)
  })
})
