import { describe, expect, test } from 'vitest'
import { kernels, lacksIpv6Vxlan } from '#cluster/kernels.ts'
import { factsOf } from '#cluster/testing/facts.ts'

describe('lacksIpv6Vxlan', () => {
  test.each([
    ['3.10.0-1160.el7.x86_64', true],
    ['4.18.0-425.3.1.el8.x86_64', false],
    ['4.18.0-25-generic', true],
    ['4.19.0-21-amd64', true],
    ['4.19.1', false],
    ['5.4.0-99-generic', false],
    ['unknown', false],
  ])('%s: %s', (version, expected) => {
    expect(lacksIpv6Vxlan({ version, node: undefined, from: { source: 'test' } })).toBe(expected)
  })
})

test('a kernel is known from uname and from the node', () => {
  const facts = factsOf({
    versions: [
      { of: 'kernel', version: '5.4.0', node: 'w1' },
      { of: 'calico', version: 'v3.29.1' },
    ],
    nodes: [
      {
        name: 'w2',
        kernelVersion: '4.15.0-20-generic',
        unschedulable: false,
        conditions: [],
        taints: [],
        labels: {},
      },
    ],
  })
  expect(kernels(facts).map(({ version, node }) => [version, node])).toEqual([
    ['5.4.0', 'w1'],
    ['4.15.0-20-generic', 'w2'],
  ])
})
