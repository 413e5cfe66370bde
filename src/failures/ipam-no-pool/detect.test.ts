import { describe, expect, test } from 'vitest'
import type { IpPoolRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/ipam-no-pool/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const sandbox = (error: string) =>
  `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "5a5a": plugin type="calico" failed (add): ${error}`
const pools = (...rows: readonly string[]) =>
  [
    'NAME    CIDR             NAT    IPIPMODE   VXLANMODE   DISABLED   DISABLEBGPEXPORT   SELECTOR',
    ...rows,
  ].join('\n')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'no pool selects the node',
      sandbox('failed to request IPv4 addresses: no configured Calico pools for node w7'),
      'confirmed',
    ],
    [
      'the same of an old release',
      'NetworkPlugin cni failed to set up pod "cart_shop" network: no configured Calico pools',
      'confirmed',
    ],
    [
      'a pod names a pool that is not there',
      sandbox('the given pool (10.66.0.0/24) does not exist, or is not enabled'),
      'confirmed',
    ],
    [
      'the same before Calico 3',
      'E0304 05:06:07.890123    2101 docker_manager.go:2201] Failed to setup network for pod "cart_shop(5d1e)" using network plugins "cni": The given pool (10.66.0.0/24) does not exist; Skipping pod',
      'confirmed',
    ],
    [
      'no pool is for pods',
      sandbox('cannot find a qualified ippool, no pools match the required use (Workload)'),
      'confirmed',
    ],
    [
      'every pool that was listed is disabled',
      pools('old   10.66.0.0/16   true   Always   Never   true   false   all()'),
      'likely',
    ],
    [
      'an address that no pool holds',
      sandbox('The provided IP address is not in a configured pool'),
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the reason it is not known', () => {
    expect(foundIn(sandbox('failed to request IPv4 addresses: context canceled'), mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'pools that are used up',
      sandbox(
        'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.66.0.0/24]',
      ),
    ],
    [
      'one pool is left for a migration',
      pools(
        'old   10.66.0.0/16   true   Never   Never   true   false   all()',
        'new   10.77.0.0/16   true   Never   Never   false   false   all()',
      ),
    ],
    [
      'pools for some nodes each',
      pools(
        'a   10.66.0.0/16   true   Never   Never   false   false   zone == "a"',
        'b   10.77.0.0/16   true   Never   Never   false   false   zone == "b"',
      ),
    ],
    ['an address that is taken', sandbox('Address already assigned in block')],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const pool = (name: string, more: Partial<IpPoolRow> = {}): IpPoolRow => ({
    name,
    cidr: '10.66.0.0/16',
    disabled: false,
    encapsulation: 'none',
    ...more,
  })
  const node = (name: string, labels: Readonly<Record<string, string>>) => ({
    name,
    unschedulable: false,
    conditions: [],
    taints: [],
    labels,
  })
  const stuck: Table = { messages: [{ message: { id: 'ipam/assigned-none', params: {} }, count: 1 }] }
  const confidence = (table: Table) =>
    diagnose(factsOf({ ...stuck, ...table }, { complete: ['ipPools', 'nodes'] }), [mode]).causes.map(
      (cause) => cause.confidence,
    )

  test('a node that no selector takes', () => {
    expect(
      confidence({
        ipPools: [pool('a', { nodeSelector: 'zone == "a"' })],
        nodes: [node('w1', { zone: 'b' })],
      }),
    ).toEqual(['confirmed'])
    expect(
      confidence({
        ipPools: [pool('a', { nodeSelector: 'zone == "a"' })],
        nodes: [node('w1', { zone: 'a' })],
      }),
    ).toEqual([])
  })

  test('a node of which no labels are known', () => {
    expect(
      confidence({ ipPools: [pool('a', { nodeSelector: 'zone == "a"' })], nodes: [node('w1', {})] }),
    ).toEqual([])
  })

  test('the only pool with IP-in-IP is disabled while the tunnel gets no address', () => {
    const table: Table = {
      messages: [{ message: { id: 'tunnel/pools-exhausted', params: {} }, count: 1 }],
      ipPools: [pool('a', { disabled: true, encapsulation: 'ipip' }), pool('b', { cidr: '10.77.0.0/16' })],
    }
    expect(confidence(table)).toEqual(['likely'])
    expect(confidence({ ...table, ipPools: [pool('b', { encapsulation: 'ipip' })] })).toEqual([])
  })
})
