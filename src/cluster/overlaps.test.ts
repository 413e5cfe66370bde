import { describe, expect, test } from 'vitest'
import { overlaps } from '#cluster/overlaps.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'

const node = {
  name: 'w1',
  internalIp: '10.244.3.7',
  unschedulable: false,
  taints: [],
  labels: {},
  conditions: [],
}
const pool = { name: 'p', cidr: '10.244.0.0/16', disabled: false, encapsulation: 'vxlan' as const }

describe('overlaps', () => {
  test.each<[string, Table, number]>([
    ['a node inside a pool', { nodes: [node], ipPools: [pool] }, 1],
    ['the pool is disabled', { nodes: [node], ipPools: [{ ...pool, disabled: true }] }, 0],
    [
      'the pool is for load balancers',
      { nodes: [node], ipPools: [{ ...pool, allowedUses: ['LoadBalancer'] }] },
      0,
    ],
    ['the pool lies beside it', { nodes: [node], ipPools: [{ ...pool, cidr: '10.245.0.0/16' }] }, 0],
    [
      'Calico’s own entry of the node',
      { calicoNodes: [{ name: 'w1', ipv4: '10.244.3.7/24' }], ipPools: [pool] },
      1,
    ],
    [
      'the second of two ranges',
      { nodes: [node], settings: [{ of: 'other', name: 'podSubnet', value: 'fd00::/48, 10.244.0.0/16' }] },
      1,
    ],
    [
      'the range of Services',
      { nodes: [node], settings: [{ of: 'apiserver', name: 'serviceSubnet', value: '10.240.0.0/12' }] },
      1,
    ],
    [
      'a pool of which only the range is shown',
      { nodes: [node], ipamBlocks: [{ kind: 'pool', cidr: '10.244.0.0/16' }] },
      1,
    ],
    [
      'the same, known to be disabled',
      {
        nodes: [node],
        ipPools: [{ ...pool, disabled: true }],
        ipamBlocks: [{ kind: 'pool', cidr: '10.244.0.0/16' }],
      },
      0,
    ],
    [
      'a setting that is no range',
      { nodes: [node], settings: [{ of: 'env', name: 'CALICO_IPV4POOL_CIDR', value: 'none' }] },
      0,
    ],
  ])('%s', (_, table, expected) => {
    expect(overlaps(factsOf(table))).toHaveLength(expected)
  })
})
