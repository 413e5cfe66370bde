import { describe, expect, test } from 'vitest'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import { calicoDefinitions } from '#lab/api/types/calico.ts'

const nameOf = ({ metadata }: JsonObject): string => String(asObject(metadata).name)
const pluralsOf = (minor: number): readonly string[] =>
  calicoDefinitions(minor).map((one) => nameOf(one).split('.')[0] ?? '')

describe('which kinds a release has', () => {
  const staged = ['stagedglobalnetworkpolicies', 'stagedkubernetesnetworkpolicies', 'stagednetworkpolicies']

  test.each<[number, readonly string[], readonly string[]]>([
    [24, ['ippools', 'ipreservations', 'caliconodestatuses'], ['bgpfilters']],
    [26, ['bgpfilters'], ['tiers']],
    [28, ['bgpfilters'], ['tiers', 'adminnetworkpolicies']],
    [29, ['tiers', 'adminnetworkpolicies'], staged],
    [30, ['tiers', 'baselineadminnetworkpolicies', ...staged], ['clusternetworkpolicies']],
    [32, ['clusternetworkpolicies', ...staged], ['adminnetworkpolicies', 'baselineadminnetworkpolicies']],
  ])('3.%i', (minor, there, missing) => {
    const plurals = pluralsOf(minor)
    expect(there.filter((each) => !plurals.includes(each))).toEqual([])
    expect(missing.filter((each) => plurals.includes(each))).toEqual([])
  })

  test('one older or newer than those that are known has the nearest’s', () => {
    expect(pluralsOf(23)).toEqual(pluralsOf(24))
    expect(pluralsOf(33)).toEqual(pluralsOf(32))
  })
})

describe('which fields its kinds have', () => {
  const fieldsOf = (minor: number, plural: string): JsonObject => {
    const definition = calicoDefinitions(minor).find(
      (one) => nameOf(one) === `${plural}.crd.projectcalico.org`,
    )
    const [version] = asList(asObject(definition?.spec).versions)
    const schema = asObject(asObject(asObject(version).schema).openAPIV3Schema)
    return asObject(asObject(asObject(schema.properties).spec).properties)
  }

  test.each<[string, string, number]>([
    ['bgppeers', 'reachableBy', 25],
    ['bgppeers', 'filters', 26],
    ['felixconfigurations', 'bpfConnectTimeLoadBalancing', 27],
    ['felixconfigurations', 'nftablesMode', 29],
    ['globalnetworkpolicies', 'tier', 29],
    ['ippools', 'assignmentMode', 30],
    ['felixconfigurations', 'programClusterRoutes', 31],
    ['bgppeers', 'keepaliveTime', 32],
  ])('%s: %s since 3.%i', (plural, field, since) => {
    expect(fieldsOf(since, plural)).toHaveProperty(field)
    expect(fieldsOf(since - 1, plural)).not.toHaveProperty(field)
  })

  test('3.32 took some away', () => {
    expect(fieldsOf(31, 'felixconfigurations')).toHaveProperty('iptablesLockTimeout')
    expect(fieldsOf(32, 'felixconfigurations')).not.toHaveProperty('iptablesLockTimeout')
  })
})
