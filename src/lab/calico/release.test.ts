import { describe, expect, test } from 'vitest'
import { operatorImageName, stockNodeImageName } from '#lab/calico/images/names.ts'
import { goSays, releaseOf } from '#lab/calico/release.ts'

describe('a release by its version', () => {
  test.each([
    ['3.26.4', 'v3.26.4', 26],
    ['v3.26.4', 'v3.26.4', 26],
    ['', 'v3.29.3', 29],
  ])('%j is %s', (version, name, minor) => {
    expect(releaseOf(version)).toMatchObject({ name, minor })
    expect(releaseOf(version)).toBe(releaseOf(version))
  })

  test.each([
    [
      '3.25.2',
      { cniAccount: 'calico-node', hasBgpFilters: false, makesHostFolders: false, birdcl: undefined },
    ],
    ['3.26.0', { cniAccount: 'calico-cni-plugin', hasBgpFilters: true, iptablesRefreshMs: 90_000 }],
    ['3.27.5', { makesHostFolders: true, probeComponent: 'confd', iptablesRefreshMs: 180_000 }],
    ['3.28.0', { birdcl: '/usr/bin/birdcl', hasTiers: false, seccomp: false }],
    ['3.30.7', { declaredBy: 'startup', conflistMode: 0o600, bandwidthPlugin: false, smallErrors: false }],
    [
      '3.31.0',
      { declaredBy: 'complete-startup', services: 'separate', birdcl: '/bin/birdcl', smallErrors: true },
    ],
    ['3.32.1', { services: 'one process', setuidPrograms: false, adminPolicies: ['clusternetworkpolicies'] }],
  ])('%s', (version, features) => {
    expect(releaseOf(version)).toMatchObject(features)
  })

  test('errors begin with a small letter from 3.31 on', () => {
    expect(goSays(releaseOf('3.30.7'), 'Error querying BIRD')).toBe('Error querying BIRD')
    expect(goSays(releaseOf('3.31.0'), 'Error querying BIRD')).toBe('error querying BIRD')
  })

  test('images are where their release put them', () => {
    expect(stockNodeImageName('3.30.7')).toBe('docker.io/calico/node:v3.30.7')
    expect(stockNodeImageName('3.31.0')).toBe('quay.io/calico/node:v3.31.0')
    expect(operatorImageName('3.26.4')).toBe('quay.io/tigera/operator:v1.30.9')
    expect(operatorImageName('3.32.1')).toBe('quay.io/tigera/operator:v1.42.3')
  })
})
