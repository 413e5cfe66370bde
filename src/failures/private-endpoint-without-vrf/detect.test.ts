import { describe, expect, test } from 'vitest'
import type { MessageRow, NodeRow, SettingRow } from '#cluster/relations.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/private-endpoint-without-vrf/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const node = (infrastructure: string): NodeRow => ({
  name: '10.176.48.68',
  internalIp: '10.176.48.68',
  unschedulable: false,
  conditions: [{ type: 'Ready', status: 'True' }],
  taints: [],
  labels: {
    'ibm-cloud.kubernetes.io/worker-id': 'kube-c0ffee0c0ffee-shop-default-000001a3',
    'ibm-cloud.kubernetes.io/iaas-provider': infrastructure,
  },
})
const classic = [node('softlayer')]
const cloud = (name: string, value: string): SettingRow => ({ of: 'cloud', name, value })
const noVrf = [cloud('vrf', 'false'), cloud('service-endpoint', 'false')]
const bothOn = [cloud('vrf', 'true'), cloud('service-endpoint', 'true')]
const address = cloud('private-service-endpoint-url', 'https://166.9.48.12:30526')
const onBackup: MessageRow = {
  message: { id: 'haproxy/running-on-backup', params: { backend: 'k8sbackend' } },
  node: '10.176.48.68',
  count: 1,
  atMs: ago(300),
}

const judged = (table: Table) => diagnose(factsOf(table, { complete: ['nodes'] }), [mode])
const confidenceOf = (table: Table): string => judged(table).causes[0]?.confidence ?? 'not found'

test.each<[string, Table, string]>([
  [
    'a worker on backup, and an account without VRF',
    { nodes: classic, settings: noVrf, messages: [onBackup] },
    'confirmed',
  ],
  [
    'VRF alone is not enough',
    {
      nodes: classic,
      settings: [cloud('vrf', 'true'), cloud('service-endpoint', 'false')],
      messages: [onBackup],
    },
    'confirmed',
  ],
  [
    'a worker on backup, and nothing known of the account',
    { nodes: classic, messages: [onBackup] },
    'possible',
  ],
])('found: %s', (_, table, expected) => {
  expect(confidenceOf(table)).toBe(expected)
})

test('before any worker was reloaded it has broken nothing yet', () => {
  const { causes, preventive } = judged({ nodes: classic, settings: [...noVrf, address] })
  expect(causes).toEqual([])
  expect(preventive.map(({ mode: { id } }) => id)).toEqual(['private-endpoint-without-vrf'])
})

describe('near misses', () => {
  test.each<[string, Table]>([
    [
      'the account has both: something else is in the way',
      { nodes: classic, settings: [...bothOn, address], messages: [onBackup] },
    ],
    ['no VRF, and no private service endpoint', { nodes: classic, settings: noVrf }],
    [
      'no VRF, and the cluster’s list says that it has none',
      { nodes: classic, settings: [...noVrf, cloud('private-service-endpoint-url', '-')] },
    ],
    [
      'a VPC, whose workers go by an endpoint gateway',
      { nodes: [node('g2')], settings: noVrf, messages: [onBackup] },
    ],
  ])('%s', (_, table) => {
    const { causes, preventive } = judged(table)
    expect([...causes, ...preventive]).toEqual([])
  })

  test.each<[string, string, Verdict]>([
    [
      'another’s HAProxy',
      'backend web has no active server. Running on backup.\nVRF Enabled: false\n',
      'not found',
    ],
    [
      'account and cluster, as they are printed',
      'Account Name:  Example\nVRF Enabled:   false\nService Endpoint Enabled:  false\n\nName:   shop\nMaster Status:   Ready\nPrivate Service Endpoint URL:   -\n',
      'not found',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

test('a VPC is clear of it without being asked; elsewhere it is unknown until settings and logs were read', () => {
  expect(judged({ nodes: [node('g2')] }).clear.map(({ mode: id }) => id)).toEqual([mode.id])
  expect(judged({ nodes: classic }).clear).toEqual([])
})
