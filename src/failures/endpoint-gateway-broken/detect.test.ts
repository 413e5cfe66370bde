import { describe, expect, test } from 'vitest'
import type { CloudRuleRow, EndpointGatewayRow, MessageRow, NodeRow } from '#cluster/relations.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/endpoint-gateway-broken/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const cluster = 'c0ffee0c0ffee'
const group = `kube-vpegw-${cluster}`
const names = ['10.240.0.4', '10.240.64.4', '10.240.128.4']

const node = (name: string, infrastructure: string, isReady = true): NodeRow => ({
  name,
  internalIp: name,
  unschedulable: false,
  conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
  taints: [],
  labels: {
    'ibm-cloud.kubernetes.io/worker-id': `kube-${cluster}-shop-default-000001a3`,
    'ibm-cloud.kubernetes.io/iaas-provider': infrastructure,
  },
})
const nodes = (infrastructure = 'g2') => names.map((name) => node(name, infrastructure))
const gateway = (more: Partial<EndpointGatewayRow> = {}): EndpointGatewayRow => ({
  name: `iks-${cluster}`,
  health: 'ok',
  lifecycle: 'stable',
  groups: [group],
  ...more,
})
const rule = (more: Partial<CloudRuleRow> = {}): CloudRuleRow => ({
  kind: 'security-group',
  group,
  direction: 'inbound',
  action: 'allow',
  protocol: 'tcp',
  portMin: 30_526,
  portMax: 30_526,
  remote: `kube-${cluster}`,
  ...more,
})
const onBackup = names.map(
  (name): MessageRow => ({
    message: { id: 'haproxy/running-on-backup', params: { backend: 'k8sbackend' } },
    node: name,
    count: 1,
    atMs: ago(300),
  }),
)
const others = [gateway({ name: 'object-storage', groups: ['web'] })]

/** The lists that are given were read completely. */
const judged = (table: Table) =>
  diagnose(
    factsOf(table, {
      complete: (['nodes', 'endpointGateways', 'cloudRules'] as const).filter((name) => table[name]),
    }),
    [mode],
  )
const confidenceOf = (table: Table): string => judged(table).causes[0]?.confidence ?? 'not found'

describe('workers that go by their backup way', () => {
  const seen = { nodes: nodes(), messages: onBackup }
  const cloud = { cloudRules: [rule()], endpointGateways: [gateway()] }

  test.each<[string, Table, string]>([
    ['nobody looked into the account', seen, 'likely'],
    ['the gateway is gone', { ...seen, ...cloud, endpointGateways: others }, 'confirmed'],
    ['it is faulted', { ...seen, ...cloud, endpointGateways: [gateway({ health: 'faulted' })] }, 'confirmed'],
    ['it failed', { ...seen, ...cloud, endpointGateways: [gateway({ lifecycle: 'failed' })] }, 'confirmed'],
    ['its group has no rule', { ...seen, ...cloud, cloudRules: [rule({ group: 'kube-x' })] }, 'confirmed'],
    [
      'its group lets in others',
      { ...seen, ...cloud, cloudRules: [rule({ remote: '10.9.0.0/16' })] },
      'confirmed',
    ],
    [
      'its group lets in ports of no master',
      { ...seen, ...cloud, cloudRules: [rule({ portMin: 443, portMax: 443 })] },
      'confirmed',
    ],
    [
      'its group lets out only',
      { ...seen, ...cloud, cloudRules: [rule({ direction: 'outbound' })] },
      'confirmed',
    ],
  ])('found: %s', (_, table, expected) => {
    expect(confidenceOf(table)).toBe(expected)
  })

  test.each<[string, Table]>([
    ['the gateway is well: the provider’s side is not', { ...seen, ...cloud }],
    [
      'its group lets their subnets in',
      { ...seen, ...cloud, cloudRules: [rule({ remote: '10.240.0.0/16' })] },
    ],
    [
      'another group of it does',
      {
        ...seen,
        endpointGateways: [gateway({ groups: ['mine', group] })],
        cloudRules: [rule({ group: 'mine' })],
      },
    ],
    ['they are on classic infrastructure', { messages: onBackup, nodes: nodes('softlayer') }],
  ])('near miss: %s', (_, table) => {
    expect(confidenceOf(table)).toBe('not found')
  })

  test('what fails beside it on a node that has a way is not explained by it', () => {
    const broken = node('10.240.0.4', 'g2', false)
    const { causes, unexplained } = judged({
      ...seen,
      nodes: [broken, ...nodes().slice(1)],
      endpointGateways: others,
      cloudRules: [],
    })
    expect(causes[0]?.explains.map(({ id }) => id)).toEqual(names.map(() => 'master-on-backup'))
    expect(unexplained.map(({ id }) => id)).toEqual(['node-not-ready'])
  })
})

describe('without a symptom', () => {
  test('a gateway that is gone waits to be felt', () => {
    const { causes, preventive } = judged({ nodes: nodes(), endpointGateways: others, cloudRules: [rule()] })
    expect(causes).toEqual([])
    expect(preventive.map(({ mode: { id } }) => id)).toEqual([mode.id])
  })

  test.each<[string, Table]>([
    ['all is well', { nodes: nodes(), endpointGateways: [gateway()], cloudRules: [rule()] }],
    ['no VPC of this provider', { nodes: nodes('softlayer') }],
  ])('clear: %s', (_, table) => {
    expect(judged(table).clear.map((one) => one.mode)).toEqual([mode.id])
  })
})

describe('as text', () => {
  const columns = 'ID          Name             VPC    Reserved IPs   Health state   Lifecycle state'
  const list = (name: string, state = 'ok') =>
    `Listing endpoint gateways...\n${columns}\nr006-4d1a   ${name}   shop   10.0.0.9       ${state}             stable`

  test.each<[string, string, Verdict]>([
    ['there is none', 'Listing endpoint gateways...\nNo endpoint gateways were found.', 'confirmed'],
    ['there is none of a master', list('object-storage'), 'confirmed'],
    ['that of the master is faulted', list('iks-c1a2b3c4d5e6', 'faulted'), 'confirmed'],
    ['that of the master is there', list('iks-c1a2b3c4d5e6'), 'not found'],
    ['some of a list, without a master’s', list('object-storage').replace(/^.*\n/, ''), 'not found'],
    [
      'those of another VPC',
      `$ ibmcloud is endpoint-gateways --vpc web\n${list('object-storage')}`,
      'not found',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

test('kubelets that all fall silent may have lost their way to a master that answers from elsewhere', () => {
  const silent = (infrastructure: string): readonly NodeRow[] =>
    names.map((name) => ({
      ...node(name, infrastructure),
      conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }],
    }))
  expect(confidenceOf({ nodes: silent('g2') })).toBe('possible')
  expect(confidenceOf({ nodes: silent('g2').slice(0, 2) })).toBe('not found')
  expect(confidenceOf({ nodes: silent('softlayer') })).toBe('not found')
  const asked = judged({ nodes: silent('g2') }).next.map(({ command }) => command)
  expect(asked).toContain('ibmcloud is endpoint-gateways')
  // The id of the cluster stands in those of its workers.
  expect(asked).toContain(
    `ibmcloud is endpoint-gateway iks-${cluster}; ibmcloud is security-group-rules kube-vpegw-${cluster}`,
  )
})
