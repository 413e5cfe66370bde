import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/ipam-blocks-exhausted/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const sandbox = (error: string) =>
  `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "5a5a": plugin type="calico" failed (add): ${error}`
const tunnel =
  '2025-03-04 05:06:07.890 [FATAL][88] tunnel-ip-allocator/allocateip.go 354: Unable to autoassign an address - pools are likely exhausted. type="vxlanTunnelAddress"'
const show = (rows: string) => `+----------+--------------------+-----------+------------+--------------+
${rows}
+----------+--------------------+-----------+------------+--------------+
`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['the tunnel address allocator of a new node', tunnel, 'confirmed'],
    [
      'the plugin, with the pools named',
      sandbox(
        'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.32.0.0/22]',
      ),
      'confirmed',
    ],
    [
      'the limit of blocks of one node, today',
      sandbox(
        'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; Need to allocate an IPAM block but could not - limit of 20 blocks reached for this node',
      ),
      'confirmed',
    ],
    ['the same before 3.20', sandbox('cannot allocate new block due to per host block limit'), 'confirmed'],
    [
      'an old plugin that counts only',
      sandbox('failed to request 1 IPv4 addresses. IPAM allocated only 0'),
      'likely',
    ],
    [
      'strict affinity',
      sandbox(
        'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled',
      ),
      'confirmed',
    ],
    [
      'a pool of which all addresses are in use',
      show('| IP Pool  | 10.32.0.0/22       |      1024 | 1024 (100%) | 0 (0%) |'),
      'confirmed',
    ],
    [
      'a pool in which every block is taken, though hardly an address is',
      show(
        [
          '| IP Pool  | 10.32.0.0/24       |       256 | 9 (4%) | 247 (96%) |',
          ...[0, 64, 128, 192].map(
            (at) => `| Block    | 10.32.0.${at}/26       |        64 | 2 (3%) | 62 (97%) |`,
          ),
        ].join('\n'),
      ),
      'confirmed',
    ],
    [
      'many blocks with hardly an address, nodes unknown',
      show(
        [
          '| IP Pool  | 10.32.0.0/16       |     65536 | 12 (0%) | 65524 (100%) |',
          ...[0, 64, 128, 192].map(
            (at) => `| Block    | 10.32.7.${at}/26       |        64 | 1 (2%) | 63 (98%) |`,
          ),
        ].join('\n'),
      ),
      'likely',
    ],
    [
      'addresses that nobody uses',
      'Found 311 IPs that are allocated in IPAM but not actually in use.',
      'likely',
    ],
    [
      'the set-up of pods runs out of time',
      'Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      'possible',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the reason the same event is no proof', () => {
    expect(foundIn(sandbox('error getting ClusterInformation: context canceled'), mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'no pool is enabled for the node',
      sandbox('failed to request IPv4 addresses: no configured Calico pools for node w7'),
    ],
    [
      'blocks that are used as they should be',
      show(
        [
          '| IP Pool  | 10.32.0.0/16       |     65536 | 70 (0%) | 65466 (100%) |',
          ...[0, 64, 128].map(
            (at) => `| Block    | 10.32.7.${at}/26       |        64 | 23 (36%) | 41 (64%) |`,
          ),
        ].join('\n'),
      ),
    ],
    [
      'a node that asks for another block gets one',
      '2025-03-04 05:06:07.890 [INFO][12] ipam/ipam.go 521: Successfully claimed block host="w7"',
    ],
    [
      'the check finds nothing',
      'Found 0 IPs that are allocated in IPAM but not actually in use.\nCheck complete; found 0 problems.',
    ],
    [
      'two nodes wanted one block',
      '2025-03-04 05:06:07.890 [INFO][12] ipam/ipam.go 600: Someone else claimed block 10.32.7.0/26 before us',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const block = (at: number, node: string, used = 1) =>
    ({ kind: 'block', cidr: `10.32.1.${at}/26`, node, used, total: 64 }) as const
  const node = (name: string) => ({ name, unschedulable: false, conditions: [], taints: [], labels: {} })
  const causes = (table: Table, complete: readonly string[] = ['nodes']) =>
    diagnose(factsOf(table, { complete }), [mode])
  const stuck: Table = {
    messages: [{ message: { id: 'ipam/assigned-none', params: { family: 'IPv4', error: 'x' } }, count: 1 }],
  }

  test('blocks of nodes that are no more', () => {
    const { causes: found } = causes({
      ...stuck,
      nodes: [node('w1')],
      ipamBlocks: [block(0, 'w1', 30), block(64, 'gone-1'), block(128, 'gone-2')],
    })
    expect(found.map(({ confidence }) => confidence)).toEqual(['likely'])
  })

  test('the same blocks of nodes that are there, and enough room', () => {
    const { causes: found } = causes({
      nodes: [node('w1'), node('w2')],
      ipamBlocks: [block(0, 'w1'), block(64, 'w2')],
    })
    expect(found).toEqual([])
  })

  test('a part of the nodes tells nothing about the others', () => {
    const { causes: found, preventive } = causes(
      {
        nodes: [node('w1')],
        ipamBlocks: [block(0, 'w1', 30), block(64, 'gone-1', 30), block(128, 'gone-2', 30)],
      },
      [],
    )
    expect([...found, ...preventive]).toEqual([])
  })

  test.each([
    ['10.32.1.0/28', 26, 'possible'],
    ['10.32.0.0/24', 26, 'confirmed'],
  ])('no address is free in %s with blocks of /%i', (cidr, blockSize, expected) => {
    const { causes: found } = causes({
      messages: [{ message: { id: 'ipam/no-free-address', params: { pools: cidr } }, count: 1 }],
      ipPools: [{ name: 'p', cidr, blockSize, disabled: false, encapsulation: 'none' }],
    })
    expect(found[0]?.confidence).toBe(expected)
  })

  test('every pool is disabled: nothing is used up', () => {
    const pool = { name: 'p', cidr: '10.32.0.0/16', disabled: true, encapsulation: 'none' } as const
    const { causes: found } = causes({
      messages: [{ message: { id: 'tunnel/pools-exhausted', params: {} }, count: 1 }],
      ipPools: [pool],
    })
    expect(found.map(({ confidence }) => confidence)).toEqual(['likely'])
  })
})
