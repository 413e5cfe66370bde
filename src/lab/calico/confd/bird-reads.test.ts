import { describe, expect, test } from 'vitest'
import { type BirdBed, type BirdNode, birdBed } from '#lab/calico/bird/testing.ts'
import { type BgpData, type BgpNode, type BgpPeerData, noServiceRoutes } from '#lab/calico/confd/data.ts'
import { renderBird } from '#lab/calico/confd/render-bird.ts'
import { renderAggregation, renderIpam } from '#lab/calico/confd/render-ipam.ts'

const addressOf = (i: number): string => `10.0.0.${21 + i}`
const nodeOf = (i: number): BgpNode => ({ name: `node-${i}`, address: `${addressOf(i)}/24` })
const blockOf = (i: number): string => `10.244.${i}.0/26`

/** What confd would render for node `i`, with what is different about it. */
function rendered(i: number, change: Partial<BgpData>): string {
  const data: BgpData = {
    nodeName: `node-${i}`,
    nodes: [nodeOf(i)],
    pools: [{ cidr: '10.244.0.0/16', ipip: 'never', vxlan: false, disableBgpExport: false }],
    blocks: [{ cidr: blockOf(i), state: 'confirmed' }],
    peers: [],
    filters: [],
    asNumber: 64512,
    meshEnabled: false,
    bindsNodeAddress: false,
    ignoredInterfaces: [],
    logLevel: 'info',
    routerId: '',
    communities: [],
    services: noServiceRoutes,
    ...change,
  }
  return renderBird(data)
    .replace('include "bird_aggr.cfg";', renderAggregation(data))
    .replace('include "bird_ipam.cfg";', renderIpam(data))
}

const peer = (i: number, change: Partial<BgpPeerData> = {}): BgpPeerData => ({
  kind: 'node',
  address: addressOf(i),
  asNumber: 64512,
  usesNodeAddress: true,
  filters: [],
  ...change,
})

async function bed(count: number, each: (i: number) => Partial<BgpData>): Promise<BirdBed> {
  const made = await birdBed(count, (_, i) => rendered(i, each(i)))
  await made.advance(15)
  return made
}

const at = ({ nodes }: BirdBed, i: number): BirdNode => nodes[i] as BirdNode
const via = (i: number, gateway: number): string => `${blockOf(i)} via ${addressOf(gateway)} dev eth0`

/** Node 0 reflects for the others. */
const reflecting = (i: number): Partial<BgpData> =>
  i === 0
    ? {
        nodes: [{ ...nodeOf(0), routeReflectorClusterId: '1.0.0.1' }],
        peers: [peer(1), peer(2)],
      }
    : { peers: [peer(0, { clusterId: '1.0.0.1' })] }

describe('a route reflector', () => {
  test("passes its clients' blocks on to each other, with the next hop as it was", async () => {
    const lab = await bed(3, reflecting)
    expect(at(lab, 1).routes()).toEqual([via(0, 0), `blackhole ${blockOf(1)}`, via(2, 2)])
    const shown = await at(lab, 1).ask(`show route ${blockOf(2)} all`)
    expect(shown).toContain('from 10.0.0.21]')
    expect(shown).toContain('BGP.originator_id: 10.0.0.23')
    expect(shown).toContain('BGP.cluster_list: 1.0.0.1')
  })

  test('without its cluster id it tells internal neighbours nothing of each other', async () => {
    const lab = await bed(3, (i) => ({ ...reflecting(i), nodes: [nodeOf(i)] }))
    expect(at(lab, 1).routes()).toEqual([via(0, 0), `blackhole ${blockOf(1)}`])
  })

  test('two of one cluster do not pass on what has been through it', async () => {
    const cluster = '1.0.0.1'
    const lab = await bed(4, (i) =>
      i < 2
        ? {
            nodes: [{ ...nodeOf(i), routeReflectorClusterId: cluster }],
            peers: [peer(2), peer(3), peer(1 - i, { clusterId: cluster })],
          }
        : { peers: [peer(0, { clusterId: cluster }), peer(1, { clusterId: cluster })] },
    )
    expect(at(lab, 2).routes()).toEqual([via(0, 0), via(1, 1), `blackhole ${blockOf(2)}`, via(3, 3)])
    expect(await at(lab, 2).ask(`show route ${blockOf(3)} count`)).toContain('2 of 2 routes for 1 networks')
    // Each hears of node 3 from node 3 alone: what the other reflects has been through the cluster.
    expect(await at(lab, 0).ask(`show route ${blockOf(3)} count`)).toContain('for 1 networks')
    expect(await at(lab, 0).ask(`show route ${blockOf(3)} all`)).not.toContain(
      'cluster_list: 1.0.0.1 1.0.0.1',
    )
  })
})

describe('a password', () => {
  test.each<readonly [string, string | undefined, string | undefined, boolean]>([
    ['the same at both ends', 'secret', 'secret', true],
    ['another at the other end', 'secret', 'Secret', false],
    ['only at the end that calls', 'secret', undefined, false],
    ['only at the end that is called', undefined, 'secret', false],
  ])('%s', async (_, here, there, up) => {
    const with_ = (password: string | undefined) => (password === undefined ? {} : { password })
    const lab = await bed(2, (i) => ({ peers: [peer(1 - i, with_(i === 0 ? here : there))] }))
    expect(at(lab, 0).routes().includes(via(1, 1))).toBe(up)
    if (up) return
    // Nobody refuses anything: the segments are dropped, and no error is ever told.
    await lab.advance(60)
    expect(await at(lab, 0).ask('show protocols Node_10_0_0_22')).toMatch(/start .* (Connect|Active) +\n/)
  })
})

describe('a BGPFilter', () => {
  const reject = { name: 'no-second-block', imports: [], exports: [] }
  const rule = { action: 'Reject', matchOperator: 'In', cidr: '10.244.1.0/24' } as const

  test.each<readonly [string, Partial<BgpData>, Partial<BgpData>, boolean]>([
    ['that is not there lets everything pass', { peers: [peer(1, { filters: ['gone'] })] }, {}, true],
    [
      'keeps out what it rejects on import',
      { filters: [{ ...reject, imports: [rule] }], peers: [peer(1, { filters: ['no-second-block'] })] },
      {},
      false,
    ],
    [
      'keeps in what it rejects on export',
      {},
      { filters: [{ ...reject, exports: [rule] }], peers: [peer(0, { filters: ['no-second-block'] })] },
      false,
    ],
    [
      'does not touch networks of another length',
      {
        filters: [{ ...reject, imports: [{ ...rule, prefixLength: { min: 27 } }] }],
        peers: [peer(1, { filters: ['no-second-block'] })],
      },
      {},
      true,
    ],
  ])('%s', async (_, here, there, passes) => {
    const lab = await bed(2, (i) => ({ peers: [peer(1 - i)], ...(i === 0 ? here : there) }))
    expect(at(lab, 0).routes().includes(via(1, 1))).toBe(passes)
  })
})

describe('between two AS numbers', () => {
  const external = (i: number): Partial<BgpData> => ({
    nodes: [{ ...nodeOf(i), asNumber: 64512 + i }],
    peers: [peer(1 - i, { asNumber: 64512 + (1 - i) })],
  })

  test('the path grows', async () => {
    const lab = await bed(2, external)
    expect(await at(lab, 0).ask(`show route ${blockOf(1)} all`)).toContain('BGP.as_path: 64513')
  })

  test('communities travel along', async () => {
    const communities = [{ cidr: '10.244.0.0/16', communities: ['64513:1:2', '64513:100'] }]
    const lab = await bed(2, (i) => ({ ...external(i), communities }))
    const shown = await at(lab, 0).ask(`show route ${blockOf(1)} all`)
    expect(shown).toContain('BGP.community: (64513,100)')
    expect(shown).toContain('BGP.large_community: (64513, 1, 2)')
  })

  test('a wrong number is refused, and both ends say so', async () => {
    const lab = await bed(2, (i) => (i === 0 ? { peers: [peer(1, { asNumber: 64999 })] } : external(1)))
    expect(at(lab, 0).log).toContain('bird: Node_10_0_0_22: Error: Bad peer AS: 64513')
    expect(at(lab, 1).log).toContain('bird: Node_10_0_0_21: Received: Bad peer AS: 64513')
  })
})

test('birdcl configure reads the file again, and tells what is wrong with it', async () => {
  const lab = await bed(1, () => ({}))
  expect(await at(lab, 0).ask('configure')).toBe(
    'BIRD v0.3.3+birdv1.6.8 ready.\nReading configuration from /etc/bird.cfg\nReconfigured\n',
  )
})
