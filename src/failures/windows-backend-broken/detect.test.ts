import { describe, expect, test } from 'vitest'
import type { IpPoolRow, SettingRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'
import { mode } from '#failures/windows-backend-broken/index.ts'

const log = '2025-03-04 05:06:07.890 [ERROR][4321] felix/vxlan_mgr.go 120: '

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'strict affinity is off',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "77aa": plugin type="calico" failed (add): global strict affinity should not be false for Windows node',
      'confirmed',
    ],
    [
      'no HNS network',
      `${log}Failed to process VXLAN routes error=didn't find any HNS networks matching regular expression (?i)calico.*`,
      'confirmed',
    ],
    [
      'an HNS network of the wrong type',
      `${log}HNS network, Calico, is of wrong type: L2Bridge`,
      'confirmed',
    ],
    [
      'a small VXLAN identifier',
      'plugin type="calico" failed (add): Windows does not support VXLANVNI < 4096',
      'confirmed',
    ],
    [
      'sessions of the Windows node',
      'PS C:\\> Get-BgpPeer\nPeerName       LocalIPAddress PeerIPAddress PeerASN OperationMode ConnectivityStatus\n--------       -------------- ------------- ------- ------------- ------------------\nMesh_10_9_0_4  10.9.0.8       10.9.0.4      64512   Mixed         Connecting\n',
      'likely',
    ],
    [
      'HNS refuses a pod',
      `${log}Failed to attach hns endpoint: abc to container: The object already exists.`,
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'strict affinity of Linux nodes',
      'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled',
    ],
    [
      'all sessions are there',
      'Mesh_10_9_0_4  10.9.0.8       10.9.0.4      64512   Mixed         Connected\n',
    ],
    ['a session of a Linux node is down', '| 10.9.0.4 | node-to-node mesh | start | 10:11:12 | Connect |'],
    [
      'VXLAN trouble of a Linux node',
      '2025-03-04 05:06:07.890 [ERROR][77] felix/vxlan_mgr.go 500: Failed to create VXLAN device error=permission denied',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const node = (osImage: string) => ({
    name: osImage,
    osImage,
    unschedulable: false,
    conditions: [],
    taints: [],
    labels: {},
  })
  const mixed = [node('Ubuntu 24.04'), node('Windows Server 2022 Datacenter')]
  const pool = (encapsulation: IpPoolRow['encapsulation']): IpPoolRow => ({
    name: 'main',
    cidr: '10.32.0.0/16',
    disabled: false,
    encapsulation,
  })
  const setting = (of: SettingRow['of'], name: string, value: string): SettingRow => ({ of, name, value })
  const found = (table: Table) => {
    const { causes, preventive } = diagnose(factsOf(table), [mode])
    return [...causes, ...preventive].map(({ confidence }) => confidence)
  }

  test('IP-in-IP where there are Windows nodes', () => {
    expect(found({ nodes: mixed, ipPools: [pool('ipip')] })).toEqual(['likely'])
    expect(found({ nodes: mixed, ipPools: [pool('vxlan')] })).toEqual([])
    expect(found({ nodes: [node('Ubuntu 24.04')], ipPools: [pool('ipip')] })).toEqual([])
  })

  test('settings that Windows cannot work with', () => {
    expect(found({ nodes: mixed, settings: [setting('IPAMConfig', 'strictAffinity', 'false')] })).toEqual([
      'confirmed',
    ])
    expect(found({ nodes: mixed, settings: [setting('FelixConfiguration', 'vxlanVNI', '4000')] })).toEqual([
      'confirmed',
    ])
    expect(found({ nodes: mixed, settings: [setting('FelixConfiguration', 'vxlanVNI', '4096')] })).toEqual([])
    expect(found({ nodes: mixed, settings: [setting('FelixConfiguration', 'vxlanPort', '8472')] })).toEqual([
      'confirmed',
    ])
    expect(found({ nodes: [], settings: [setting('IPAMConfig', 'strictAffinity', 'false')] })).toEqual([])
  })
})
