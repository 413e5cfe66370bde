import { describe, expect, test } from 'vitest'
import { parseConfig } from '#lab/calico/bird/config/parser.ts'
import { runFilter } from '#lab/calico/bird/filter.ts'
import type { BirdRoute } from '#lab/calico/bird/route.ts'
import { type BgpData, noServiceRoutes } from '#lab/calico/confd/data.ts'
import { renderBird } from '#lab/calico/confd/render-bird.ts'
import { renderAggregation, renderIpam } from '#lab/calico/confd/render-ipam.ts'
import { aggregation6, ipam6, renderBird6 } from '#lab/calico/confd/render-v6.ts'
import { Errno } from '#lab/host/ports.ts'

const data: BgpData = {
  nodeName: 'k8s-worker-01',
  nodes: [
    { name: 'k8s-worker-02', address: '10.0.0.22/24' },
    { name: 'k8s-control-01', address: '10.0.0.11/24' },
    { name: 'k8s-worker-01', address: '10.0.0.21/24' },
    { name: 'not-started-yet' },
  ],
  pools: [{ cidr: '10.244.0.0/16', ipip: 'never', vxlan: false, disableBgpExport: false }],
  blocks: [
    { cidr: '10.244.9.64/26', state: 'confirmed' },
    { cidr: '10.244.10.0/26', state: 'pending' },
  ],
  peers: [],
  asNumber: 64512,
  meshEnabled: true,
  logLevel: 'info',
  filters: [],
  bindsNodeAddress: false,
  ignoredInterfaces: [],
  routerId: '',
  communities: [],
  services: noServiceRoutes,
}

const plainPeer = { kind: 'global', usesNodeAddress: true, filters: [] } as const

const parsed = (change: Partial<BgpData> = {}) => {
  const all = { ...data, ...change }
  const files: Record<string, string> = {
    'bird.cfg': renderBird(all),
    'bird_aggr.cfg': renderAggregation(all),
    'bird_ipam.cfg': renderIpam(all),
    'bird6.cfg': renderBird6(all),
    'bird6_aggr.cfg': aggregation6,
    'bird6_ipam.cfg': ipam6,
  }
  return (name: string) =>
    parseConfig(name, async (path) => {
      const text = files[path]
      if (text === undefined) throw new Errno('ENOENT', path)
      return text
    })
}

test('bird.cfg, as confd of v3.29 writes it', async () => {
  await expect(renderBird(data)).toMatchFileSnapshot('golden/bird.cfg')
  await expect(renderAggregation(data)).toMatchFileSnapshot('golden/bird_aggr.cfg')
  await expect(renderIpam(data)).toMatchFileSnapshot('golden/bird_ipam.cfg')
  await expect(renderBird6(data)).toMatchFileSnapshot('golden/bird6.cfg')
})

describe('what confd writes, BIRD reads', () => {
  test('one session for every other node with an address; the smaller address waits', async () => {
    const { protocols, routerId } = await parsed()('bird.cfg')
    expect(routerId).toBe('10.0.0.21')
    expect(protocols.map((each) => each.name)).toEqual([
      'static1',
      'kernel1',
      'device1',
      'direct1',
      'Mesh_10_0_0_11',
      'Mesh_10_0_0_22',
    ])
    expect(protocols.flatMap(({ name, kind, bgp }) => (kind === 'bgp' ? [[name, bgp.passive]] : []))).toEqual(
      [
        ['Mesh_10_0_0_11', false],
        ['Mesh_10_0_0_22', true],
      ],
    )
    expect(protocols.at(-1)).toMatchObject({
      debugStates: true,
      gracefulRestart: true,
      bgp: {
        neighbor: '10.0.0.22',
        neighborAs: 64512,
        localAs: 64512,
        source: '10.0.0.21',
        connectDelaySeconds: 2,
        connectRetrySeconds: 5,
        errorWaitSeconds: [5, 30],
        holdSeconds: 240,
        gracefulRestartSeconds: 120,
      },
    })
  })

  test('addresses are compared as texts, so .9 is greater than .10', async () => {
    const nodes = [
      { name: 'k8s-worker-01', address: '10.0.0.10/24' },
      { name: 'peer', address: '10.0.0.9/24' },
    ]
    const { protocols } = await parsed({ nodes })('bird.cfg')
    expect(protocols.at(-1)?.bgp.passive).toBe(true)
  })

  test.each<readonly [string, Partial<BgpData>, readonly string[]]>([
    ['no mesh, no peers', { meshEnabled: false }, []],
    [
      'a global peer on another port and AS',
      { meshEnabled: false, peers: [{ ...plainPeer, address: '10.0.0.1', port: 1790, asNumber: 64999 }] },
      ['Global_10_0_0_1_port_1790'],
    ],
    [
      'a route reflector is left out of the mesh',
      {
        nodes: [
          ...data.nodes.slice(1),
          { name: 'k8s-worker-02', address: '10.0.0.22/24', routeReflectorClusterId: '1.0.0.1' },
        ],
      },
      ['Mesh_10_0_0_11'],
    ],
  ])('%s', async (_, change, names) => {
    const { protocols } = await parsed(change)('bird.cfg')
    expect(protocols.filter((each) => each.kind === 'bgp').map((each) => each.name)).toEqual(names)
  })

  test('a node that does not know its own address yet has a file that BIRD refuses', async () => {
    await expect(parsed({ nodes: data.nodes.slice(0, 2) })('bird.cfg')).rejects.toMatchObject({
      line: "bird.cfg:9:11 syntax error, unexpected ';'",
    })
  })

  test.each<readonly [string, Partial<BgpData>, string, boolean]>([
    ['the confirmed block goes out', {}, '10.244.9.64/26', true],
    ['an address inside it does not', {}, '10.244.9.70/32', false],
    ['the pending block goes out by the pool alone', {}, '10.244.10.0/26', true],
    ["the machine's own network does not", {}, '10.0.0.0/24', false],
    [
      'nor does anything of a pool whose export is off',
      { pools: [{ cidr: '10.244.0.0/16', ipip: 'never', vxlan: false, disableBgpExport: true }] },
      '10.244.9.64/26',
      false,
    ],
  ])('%s', async (_, change, net, passes) => {
    const config = await parsed(change)('bird.cfg')
    const session = config.protocols.at(-1)
    const route: BirdRoute = {
      net,
      source: 'RTS_STATIC',
      protocol: 'static1',
      preference: 200,
      to: { kind: 'blackhole' },
      changedMs: 0,
    }
    expect(runFilter(config, session?.exports ?? { kind: 'none' }, route) !== undefined).toBe(passes)
  })

  test('tunnels: always, across subnets, or left to Felix', async () => {
    const route = (nextHop: string): BirdRoute => ({
      net: '10.244.7.0/26',
      source: 'RTS_BGP',
      protocol: 'Mesh_10_0_0_22',
      preference: 100,
      to: { kind: 'router', gateway: nextHop, device: 'eth0' },
      bgp: { origin: 'IGP', asPath: [], nextHop },
      changedMs: 0,
    })
    const tunnel = async (pool: Partial<BgpData['pools'][number]>, nextHop: string) => {
      const [first] = data.pools
      const config = await parsed({ pools: first ? [{ ...first, ...pool }] : [] })('bird.cfg')
      return runFilter(config, { kind: 'named', name: 'calico_kernel_programming' }, route(nextHop))?.tunnel
    }
    expect(await tunnel({}, '10.0.0.22')).toBe('')
    expect(await tunnel({ ipip: 'always' }, '10.0.0.22')).toBe('tunl0')
    expect(await tunnel({ ipip: 'cross-subnet' }, '10.0.0.22')).toBe('')
    expect(await tunnel({ ipip: 'cross-subnet' }, '10.9.0.22')).toBe('tunl0')
    expect(await tunnel({ vxlan: true }, '10.0.0.22')).toBeUndefined()
  })

  test('the IPv6 files too', async () => {
    const { protocols } = await parsed()('bird6.cfg')
    expect(protocols.map((each) => each.name)).toEqual(['static1', 'kernel1', 'device1', 'direct1'])
  })
})

describe('what BIRD says of a file it cannot read', () => {
  const read = (text: string) =>
    parseConfig('/x/bird.cfg', async (path) => {
      if (path === '/x/bird.cfg') return text
      throw new Errno('ENOENT', path)
    })
  test.each([
    [
      'include "bird_aggr.cfg";',
      '/x/bird.cfg:1:9 Unable to open included file /x/bird_aggr.cfg: No such file or directory',
    ],
    [
      'router id 10.0.0.1;\nprotocol bgp x {\n  local as;\n}',
      "/x/bird.cfg:3:11 syntax error, unexpected ';'",
    ],
    ['router id 10.0.0.1;\nprotocol bgp x { local as 1; }', '/x/bird.cfg:2:16 Neighbor must be configured'],
    ['router id 10.0.0.1;\nfunction f', '/x/bird.cfg:2:11 syntax error, unexpected end of file'],
    [
      'router id 10.0.0.1;\nprotocol kernel { export filter nope; }',
      '/x/bird.cfg:2:17 syntax error, unexpected CF_SYM_UNDEFINED',
    ],
    ['protocol device { }', '/x/bird.cfg:1:20 Cannot determine router ID, please configure it manually'],
  ])('%s', async (text, says) => {
    await expect(read(text)).rejects.toMatchObject({ line: says })
  })
})
