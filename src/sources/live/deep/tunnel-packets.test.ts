import { describe, expect, test } from 'vitest'
import { failed, ok } from '#base/result.ts'
import type { IpPoolRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'
import { tunnelCounts } from '#sources/formats/host-network/tunnel-counts.ts'
import { commandsFor } from '#sources/live/commands.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { readTunnelPackets } from '#sources/live/deep/tunnel-packets.ts'

const rule = (packets: number, chain: string, comment: string): string =>
  `[${packets}:${packets * 60}] -A ${chain} -p ipencap -m comment --comment "cali:PajejrV4aFdkZojI" -m comment --comment "${comment}" -m set --match-set cali40all-hosts-net src -j ACCEPT`
const came = (packets: number): string => rule(packets, 'cali-INPUT', 'Allow IPIP packets from Calico hosts')
const left = (packets: number): string =>
  rule(packets, 'cali-OUTPUT', 'Allow IPIP packets to other Calico hosts')

describe('what Felix’s rules count', () => {
  test('of either back-end, and of whom it refuses', () => {
    const refused = rule(2, 'cali-INPUT', 'Drop IPIP packets from non-Calico hosts')
    expect(tunnelCounts([came(22), left(32), refused, came(3)])).toEqual([
      { protocol: 'ipip', in: 27, out: 32 },
    ])
  })

  test('of VXLAN, in the words of old releases, too', () => {
    const lines = [
      rule(4, 'cali-INPUT', 'Allow IPv4 VXLAN packets from allowed hosts'),
      rule(9, 'cali-OUTPUT', 'Allow IPv4 VXLAN packets to other whitelisted hosts'),
      rule(7, 'cali-INPUT', 'Allow IPv6 VXLAN packets from allowed hosts'),
    ]
    expect(tunnelCounts(lines)).toEqual([{ protocol: 'vxlan', in: 4, out: 9 }])
  })

  test.each([
    ['another’s chain', rule(3, 'INPUT', 'Allow IPIP packets from Calico hosts')],
    ['a workload’s chain', rule(3, 'cali-fw-cali12', 'Drop IPIP packets originating in workloads')],
    ['a rule without counters', came(3).replace(/^\S+ /, '')],
  ])('not of %s', (_, line) => expect(tunnelCounts([line])).toEqual([]))
})

const nodes = ['w1', 'w2', 'w3']
const pod = (name: string, node: string) => ({ namespace: 'kube-system', name, node, containers: [] })

/** Two pods of w1 fail, and calico-node is well everywhere. */
const factsWith = (o: { encapsulation?: IpPoolRow['encapsulation']; up?: boolean; isWell?: boolean } = {}) =>
  factsOf({
    nodes: nodes.map((name) => ({ name, conditions: [], unschedulable: false, taints: [], labels: {} })),
    pods: [
      ...nodes.map((node) => ({
        ...pod(`calico-node-${node}`, node),
        component: 'calico-node' as const,
        ready: o.isWell ?? true,
      })),
      { ...pod('a', 'w1'), namespace: 'shop', ready: false },
      { ...pod('b', 'w1'), namespace: 'shop', ready: false },
    ],
    ipPools: [
      { name: 'pods', cidr: '10.244.0.0/16', disabled: false, encapsulation: o.encapsulation ?? 'ipip' },
    ],
    bgpSessions: [
      {
        node: 'w1',
        kind: 'mesh',
        peer: '10.0.0.2',
        up: o.up ?? true,
        state: o.up === false ? 'Active' : 'Established',
      },
    ],
  })

type Ends = Readonly<Record<string, readonly [sent: number, got: number]>>

/** Of each node how many packets leave and come between the two looks; who is not named does not answer. */
async function read(ends: Ends, facts = factsWith()) {
  const asked: string[] = []
  const context = {
    api: {
      get: async () => failed({ kind: 'forbidden', says: 'no' }),
      exec: async ({ pod: name }: { readonly pod: string }) => {
        asked.push(name)
        const [sent, got] = ends[name.replace('calico-node-', '')] ?? []
        if (sent === undefined || got === undefined)
          return ok({ stdout: '', stderr: 'you must be root\n', code: 1 })
        const stdout = `${came(20)}\n${left(30)}\n\n${came(20 + got)}\n${left(30 + sent)}\n`
        return ok({ stdout, stderr: '', code: 0 })
      },
    },
    commands: commandsFor({ context: 'prod' }),
    call: {},
  } as unknown as LiveContext
  const { rows } = await readTunnelPackets(context, { facts })
  return { asked, rows, shown: rows.map(({ row }) => ('shows' in row ? `${row.shows}` : '')) }
}

const blocked: Ends = { w1: [4, 0], w2: [3, 0], w3: [0, 0] }

describe('tunnel packets, counted on every node', () => {
  test('several nodes send, and nobody gets any', async () => {
    const { rows, shown } = await read(blocked)
    expect(shown).toEqual(['packet', 'nothing', 'nothing'])
    expect(rows[0]).toMatchObject({
      row: { node: 'w1', protocol: 'ipip', counted: true },
      from: {
        source: 'w1, seen from pod kube-system/calico-node-w1',
        quote: '4 IPIP packets out in 10 s, none in',
      },
    })
  })

  test.each<[string, Ends]>([
    ['somebody gets one', { ...blocked, w3: [0, 1] }],
    ['one node alone sends', { ...blocked, w2: [1, 0] }],
    ['a node does not answer: it may be the one that gets them', { w1: [4, 0], w2: [3, 0] }],
  ])('tell nothing where %s', async (_, ends) => expect((await read(ends)).rows).toEqual([]))

  test.each([
    ['no pool has a tunnel', factsWith({ encapsulation: 'none' })],
    ['BGP is down as well', factsWith({ up: false })],
    ['calico-node is not well', factsWith({ isWell: false })],
  ])('are not counted where %s', async (_, facts) => expect((await read(blocked, facts)).asked).toEqual([]))
})
