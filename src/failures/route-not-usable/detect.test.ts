import { describe, expect, test } from 'vitest'
import type { PodRow, RouteRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/route-not-usable/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const felix = '2025-03-04 05:06:07.890 [WARNING][77] felix/route_table.go 690: Failed to add route'
const table = (...lines: readonly string[]): string =>
  [
    'root@w1:~# ip route',
    'default via 10.7.4.1 dev ens3 proto dhcp',
    '10.7.4.0/24 dev ens3 proto kernel scope link src 10.7.4.21',
    ...lines,
  ].join('\n')
const ownBlock = 'blackhole 10.244.9.64/26 proto bird'
const up = '\n| 10.7.4.22    | node-to-node mesh | up    | 05:06:07 | Established |'
const filter = (statement: string): string => `filter calico_kernel_programming {\n  ${statement}\n}\n`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['BIRD’s route is refused', 'bird: Netlink: File exists\nbird: Netlink: File exists', 'confirmed'],
    [
      'Felix’ route is refused',
      `${felix} error=file exists ifaceName="ens3" ifaceRegex="^ens3$" ipVersion=0x4 tableIndex=0`,
      'confirmed',
    ],
    [
      'a blackhole as wide as the Services',
      table(ownBlock, 'blackhole 10.96.0.0/12 proto bird'),
      'confirmed',
    ],
    [
      'unreachable, and the peers are Established',
      table('unreachable 10.244.11.128/26 proto bird') + up,
      'confirmed',
    ],
    [
      'unreachable, and nothing is known of peers',
      table('unreachable 10.244.11.128/26 proto bird'),
      'likely',
    ],
    [
      'two routes to one block',
      table(
        '10.244.7.64/26 via 10.7.4.22 dev ens3 proto bird',
        '10.244.7.64/26 dev cni0 proto static metric 100',
      ),
      'likely',
    ],
    [
      'the pods’ gateway is routed by hand',
      'bird: KRT: Received route 169.254.1.1/32 with strange next-hop 10.7.4.21',
      'likely',
    ],
    ['the filter for the kernel rejects all', filter('reject;'), 'confirmed'],
    [
      'the kernel protocol exports nothing',
      'protocol kernel {\n  learn;\n  persist;\n  export none;\n}\n',
      'confirmed',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'the node’s own block is a blackhole by intent',
      table(ownBlock, '10.244.7.64/26 via 10.7.4.22 dev ens3 proto bird') + up,
    ],
    [
      'a next hop that is not on the link, as clouds have it',
      'bird: KRT: Received route 10.0.0.0/8 with strange next-hop 10.7.0.1',
    ],
    [
      'the kernel dropped messages, and will be asked again',
      'bird: Kernel dropped some netlink messages, will resync on next scan.',
    ],
    ['a refusal for another reason, once', 'bird: Netlink: Network is down'],
    ['the filter accepts', filter('accept;')],
    ['a file of somebody else exists', 'mkdir: cannot create directory ‘/opt/cni’: File exists'],
    ['sessions are down', '| 10.7.4.22    | node-to-node mesh | start | 05:06:07 | Active |'],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('what is in the way once is no proof yet', () => {
    expect(foundIn('bird: Netlink: File exists', mode)).toBe('likely')
  })

  test('the blackhole of the node’s own block is all that is left without the wide one', () => {
    expect(foundIn(table(ownBlock), mode)).toBe('not found')
  })
})

const route = (destination: string, more: Partial<RouteRow> = {}): RouteRow => ({
  node: 'w1',
  in: 'host',
  family: 4,
  destination,
  type: 'unicast',
  proto: 'bird',
  ...more,
})
const unready = (name: string): PodRow => ({
  namespace: 'shop',
  name,
  node: 'w1',
  ready: false,
  deleting: false,
  phase: 'Running',
  restarts: 0,
  hostNetwork: false,
  containers: [],
})
const block = (cidr: string, node: string) => ({ kind: 'block' as const, cidr, node })
const w2 = {
  name: 'w2',
  internalIp: '10.7.4.22',
  unschedulable: false,
  taints: [],
  labels: {},
  conditions: [],
}
const w1 = { ...w2, name: 'w1', internalIp: '10.7.4.21' }
const session = (isUp: boolean) => ({
  node: 'w1',
  peer: '10.7.4.22',
  kind: 'mesh' as const,
  up: isUp,
  state: isUp ? 'Established' : 'Active',
})
const blackhole = { type: 'blackhole' as const }

const overVxlan: Table = {
  routes: [route('10.7.4.0/24', { proto: 'kernel' })],
  nodes: [w2],
  bgpSessions: [session(true)],
  ipamBlocks: [block('10.244.7.64/26', 'w2')],
  ipPools: [{ name: 'default', cidr: '10.244.0.0/16', disabled: false, encapsulation: 'vxlan' }],
}
const said = (id: string) => ({ message: { id, params: {} }, node: 'w1', count: 1 })

describe('by facts', () => {
  test.each<[string, Table, readonly string[], boolean]>([
    [
      'a blackhole for another node’s block',
      { routes: [route('10.244.7.64/26', blackhole)], ipamBlocks: [block('10.244.7.64/26', 'w2')] },
      [],
      true,
    ],
    [
      'a blackhole for its own block',
      { routes: [route('10.244.7.64/26', blackhole)], ipamBlocks: [block('10.244.7.64/26', 'w1')] },
      [],
      false,
    ],
    [
      'a blackhole that holds a Service',
      {
        routes: [route('10.97.0.0/24', blackhole)],
        services: [{ namespace: 'default', name: 'kubernetes', clusterIp: '10.97.0.1' }],
      },
      [],
      true,
    ],
    [
      'a blackhole that somebody set for the world',
      { routes: [route('10.0.0.0/8', { ...blackhole, proto: 'static' })] },
      [],
      false,
    ],
    [
      'no route to a block of a node with which there is a session',
      {
        routes: [route('10.7.4.0/24', { proto: 'kernel' })],
        nodes: [w2],
        bgpSessions: [session(true)],
        ipamBlocks: [block('10.244.7.64/26', 'w2')],
      },
      ['routes node/w1'],
      true,
    ],
    [
      'nor has the other node written it, of which BIRD there would tell',
      {
        routes: [
          route('10.7.4.0/24', { proto: 'kernel' }),
          route('10.7.4.0/24', { proto: 'kernel', node: 'w2' }),
        ],
        nodes: [w2],
        bgpSessions: [session(true)],
        ipamBlocks: [block('10.244.7.64/26', 'w2')],
      },
      ['routes node/w1', 'routes node/w2'],
      false,
    ],
    [
      'no such route, and the other node has it',
      {
        routes: [
          route('10.7.4.0/24', { proto: 'kernel' }),
          route('10.244.7.64/26', { ...blackhole, node: 'w2' }),
        ],
        nodes: [w2],
        bgpSessions: [session(true)],
        ipamBlocks: [block('10.244.7.64/26', 'w2')],
      },
      ['routes node/w1', 'routes node/w2'],
      true,
    ],
    [
      'nobody has a route to it, and nobody looked at its own node, which may not know of it',
      {
        routes: [
          route('10.7.4.0/24', { proto: 'kernel' }),
          route('10.7.4.0/24', { proto: 'kernel', node: 'w3' }),
        ],
        nodes: [w2],
        bgpSessions: [session(true), { ...session(true), node: 'w3' }],
        ipamBlocks: [block('10.244.7.64/26', 'w2')],
      },
      ['routes node/w1', 'routes node/w3'],
      false,
    ],
    [
      'nobody has a route to it, and its own node has',
      {
        routes: [
          route('10.7.4.0/24', { proto: 'kernel' }),
          route('10.7.4.0/24', { proto: 'kernel', node: 'w3' }),
          route('10.244.7.64/26', { ...blackhole, node: 'w2' }),
        ],
        nodes: [w2],
        bgpSessions: [session(true), { ...session(true), node: 'w3' }],
        ipamBlocks: [block('10.244.7.64/26', 'w2')],
      },
      ['routes node/w1', 'routes node/w2', 'routes node/w3'],
      true,
    ],
    [
      'the other node’s BIRD recovers from its restart: its session is there, and gives out nothing yet',
      {
        routes: [
          route('10.7.4.0/24', { proto: 'kernel' }),
          route('10.244.7.64/26', { ...blackhole, node: 'w2' }),
        ],
        nodes: [w1, w2],
        bgpSessions: [
          session(true),
          { ...session(false), node: 'w2', peer: w1.internalIp, state: 'Established' },
        ],
        ipamBlocks: [block('10.244.7.64/26', 'w2')],
      },
      ['routes node/w1', 'routes node/w2'],
      false,
    ],
    [
      'the other end’s session is up as well',
      {
        routes: [
          route('10.7.4.0/24', { proto: 'kernel' }),
          route('10.244.7.64/26', { ...blackhole, node: 'w2' }),
        ],
        nodes: [w1, w2],
        bgpSessions: [session(true), { ...session(true), node: 'w2', peer: w1.internalIp }],
        ipamBlocks: [block('10.244.7.64/26', 'w2')],
      },
      ['routes node/w1', 'routes node/w2'],
      true,
    ],
    [
      'no such route, and no session either',
      {
        routes: [route('10.7.4.0/24', { proto: 'kernel' })],
        nodes: [w2],
        bgpSessions: [session(false)],
        ipamBlocks: [block('10.244.7.64/26', 'w2')],
      },
      ['routes node/w1'],
      false,
    ],
    [
      'the route is there',
      {
        routes: [route('10.244.7.64/26')],
        nodes: [w2],
        bgpSessions: [session(true)],
        ipamBlocks: [block('10.244.7.64/26', 'w2')],
      },
      ['routes node/w1'],
      false,
    ],
    [
      'no route over VXLAN while Felix has not programmed its node: it is Felix that lacks something',
      { ...overVxlan, messages: [said('felix/starting')] },
      ['routes node/w1'],
      false,
    ],
    [
      'no route over VXLAN though Felix has programmed its node',
      { ...overVxlan, messages: [said('felix/starting'), said('felix/first-update-done')] },
      ['routes node/w1'],
      true,
    ],
    [
      'unreachable while the session is down: a consequence',
      { routes: [route('10.244.7.64/26', { type: 'unreachable' })], bgpSessions: [session(false)] },
      [],
      false,
    ],
  ])('%s', (_, facts, complete, expected) => {
    const { causes, preventive } = diagnose(factsOf(facts, { complete }), [mode])
    expect(causes.length + preventive.length > 0).toBe(expected)
  })
})

test('a BIRD that does not run refuses no route: nothing is known of the node', () => {
  const of = (messages: Table['messages']) =>
    diagnose(
      factsOf(
        { nodes: [w1], routes: [route('10.7.4.0/24', { proto: 'kernel' })], ...(messages && { messages }) },
        { complete: ['messages', 'routes', 'routes node/w1', 'messages node/w1'] },
      ),
      [mode],
    ).clear.some(({ about }) => renderSubject(about) === 'node/w1')
  expect(of(undefined)).toBe(true)
  expect(of([said('health/bird-not-running')])).toBe(false)
})

test.each([
  [
    'the other end was asked, and has the session too',
    [{ ...session(true), node: 'w2', peer: w1.internalIp }],
    'confirmed',
  ],
  ['nobody has asked the other end, which may be back for a moment only', [], 'likely'],
])('a route is missing, and %s', (_, theirs, expected) => {
  const { causes } = diagnose(
    factsOf(
      {
        routes: [route('10.7.4.0/24', { proto: 'kernel' })],
        nodes: [w1, w2],
        bgpSessions: [session(true), ...theirs],
        ipamBlocks: [block('10.244.7.64/26', 'w2')],
        pods: [unready('a'), unready('b')],
      },
      { complete: ['routes node/w1'] },
    ),
    [mode],
  )
  expect(causes.map(({ confidence }) => confidence)).toEqual([expected])
})
