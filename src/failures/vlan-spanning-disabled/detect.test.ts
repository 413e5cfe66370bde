import { describe, expect, test } from 'vitest'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'
import { mode } from '#failures/vlan-spanning-disabled/index.ts'

const off = '$ ibmcloud ks vlan spanning get --region eu-de\nVLAN spanning: disabled\n'
const noVrf = '\n$ ibmcloud account show\nAccount Name:   Example\nVRF Enabled:    false\n'
const vrf = noVrf.replace('false', 'true')
const twoSubnets =
  '\nReadiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.51.7.20,10.64.3.9\n'
const oneSubnet = twoSubnets.replace('10.64.3.9', '10.51.7.21')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['off, no VRF, two subnets', off + noVrf + twoSubnets, 'confirmed'],
    ['off and two subnets, nothing said of VRF', off + twoSubnets, 'likely'],
    ['off, and nothing else known', off, 'likely'],
    [
      'somebody says that only other subnets cannot be reached',
      'pods on workers in different subnets cannot reach each other, within one subnet it works',
      'not found',
    ],
  ])('%s', (_, text, expected) => {
    const verdict = foundIn(text, mode)
    expect(verdict === 'possible' ? 'not found' : verdict).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['VLAN spanning is on', off.replace('disabled', 'enabled') + noVrf + twoSubnets],
    ['VRF routes between VLANs', off + vrf + oneSubnet],
    ['sessions down and nothing said of the account', twoSubnets],
    ['another cloud', 'SourceDestCheck: true'],
  ])('%s', (_, text) => {
    expect(['confirmed', 'likely']).not.toContain(foundIn(text, mode))
  })

  test('without the account’s line nothing is proven', () => {
    expect(foundIn(off + twoSubnets, mode)).not.toBe('confirmed')
  })
})
