import { describe, expect, test } from 'vitest'
import { autodetectionMethods, isChosen, isPassedOver, matches } from '#cluster/autodetection.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const methodsOf = (value: string, name = 'IP_AUTODETECTION_METHOD') =>
  autodetectionMethods(factsOf({ settings: [{ of: 'env', in: 'calico-node', name, value }] }))

describe('methods', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['nothing is the default', '', 'first-found', []],
    ['patterns are separated by commas', 'interface=ens.*,bond0', 'interface', ['ens.*', 'bond0']],
    ['a destination', 'can-reach=api.example.net', 'can-reach', ['api.example.net']],
    ['ranges', 'cidr=10.0.0.0/8', 'cidr', ['10.0.0.0/8']],
    ['exclusions', 'skip-interface=docker.*', 'skip-interface', ['docker.*']],
    ['a word without a value', 'kubernetes-internal-ip', 'kubernetes-internal-ip', []],
    ['a bare interface is none', 'ens3', 'unknown', []],
    ['a word that needs a value', 'can-reach', 'unknown', []],
  ])('%s', (_, value, kind, values) => {
    expect(methodsOf(value)).toMatchObject([{ kind, values, family: 4 }])
  })

  test('of IPv6, and of the operator', () => {
    expect(methodsOf('first-found', 'IP6_AUTODETECTION_METHOD')).toMatchObject([{ family: 6 }])
    const name = 'calicoNetwork.nodeAddressAutodetectionV4.canReach'
    expect(
      autodetectionMethods(factsOf({ settings: [{ of: 'Installation', name, value: '10.0.0.1' }] })),
    ).toMatchObject([{ kind: 'can-reach', values: ['10.0.0.1'], family: 4 }])
  })
})

test('patterns match anywhere in a name, and what is no pattern matches nothing', () => {
  expect([matches('eth', 'ibmveth2'), matches('^eth', 'ibmveth2'), matches('(', 'eth0')]).toEqual([
    true,
    false,
    false,
  ])
  expect([isChosen(methodsOf('interface=wg0'), 'wg0'), isChosen(methodsOf('first-found'), 'wg0')]).toEqual([
    true,
    false,
  ])
})

test('first-found passes over bridges and loopback, not over cards', () => {
  expect(['docker0', 'br-0a1b', 'lo', 'wlo1', 'ens3', 'br0', 'bond0'].filter(isPassedOver)).toEqual([
    'docker0',
    'br-0a1b',
    'lo',
    'wlo1',
  ])
})
