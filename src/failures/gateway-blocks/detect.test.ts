import { describe, expect, test } from 'vitest'
import type { BgpSessionRow, CloudRuleRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/gateway-blocks/index.ts'
import { calicoNode, node } from '#failures/testing/example-cluster.ts'

const session = (peer: string, up: boolean, info?: string): BgpSessionRow => ({
  node: 'w1',
  peer,
  kind: 'mesh',
  up,
  state: up ? 'Established' : 'Active',
  ...(info === undefined ? {} : { info }),
})
const rule = (more: Partial<CloudRuleRow> = {}): CloudRuleRow => ({
  kind: 'gateway',
  group: 'vyatta-1',
  action: 'drop',
  protocol: 'tcp',
  portMin: 179,
  portMax: 179,
  remote: '10.1.1.0/24',
  destination: '10.1.2.0/24',
  ...more,
})
const split = [session('10.1.1.5', true), session('10.1.2.5', false), session('10.1.2.6', false)]

const peers = ['10.1.2.5', '10.1.2.6', '10.1.1.5']

/** The same on another node, of the other network. */
const mirrored = [
  { ...session('10.1.2.6', true), node: 'w2' },
  { ...session('10.1.1.5', false, 'BGP Error: Hold timer expired'), node: 'w2' },
]
const joined = [{ of: 'cloud', name: 'vlan-spanning', value: 'enabled' }] as const

const verdictOn = (table: Table): string => {
  const { causes } = diagnose({ ...factsOf(table), isComplaint: true }, [mode])
  return causes[0]?.confidence ?? 'not found'
}

test.each<[string, Table, string]>([
  [
    'a rule for nodes on one side',
    { bgpSessions: split, cloudRules: [rule({ remote: '192.0.2.0/24' })] },
    'likely',
  ],
  ['the gateway’s own rule', { bgpSessions: split, cloudRules: [rule()] }, 'confirmed'],
  [
    'sessions split at a border, and somebody changed the firewall',
    { bgpSessions: split, remarks: [{ says: 'firewall-was-changed' }] },
    'possible',
  ],
])('found: %s', (_, table, expected) => {
  expect(verdictOn(table)).toBe(expected)
})

test('sessions that fail across a border on several nodes, in an account that joins the networks', () => {
  expect(verdictOn({ bgpSessions: [...split, ...mirrored], settings: joined })).toBe('likely')
})

describe('near misses', () => {
  test.each<[string, Table]>([
    [
      'who is beyond the border has no calico-node that runs',
      {
        bgpSessions: [...split, ...mirrored],
        settings: joined,
        nodes: peers.map((name) => node(name, { internalIp: name })),
        pods: peers.map((name) => calicoNode(name, { ready: false }, { state: 'waiting' })),
      },
    ],
    ['one node sees the border, however the account joins', { bgpSessions: split, settings: joined }],
    [
      'on another node they fail within its network, too',
      {
        bgpSessions: [
          ...split,
          { ...session('10.1.2.6', true), node: 'w2' },
          { ...session('10.1.2.7', false), node: 'w2' },
        ],
        settings: joined,
      },
    ],
    [
      'sessions split at a border and nothing else: a setting of the account may do that too',
      { bgpSessions: split },
    ],
    [
      'a peer of the same network is down as well',
      { bgpSessions: [...split, session('10.1.1.6', false)], remarks: [{ says: 'firewall-was-changed' }] },
    ],
    [
      'the peers answer that nobody listens',
      {
        bgpSessions: [session('10.1.1.5', true), session('10.1.2.5', false, 'Socket: Connection refused')],
        remarks: [{ says: 'firewall-was-changed' }],
      },
    ],
    [
      'a rule for other networks',
      { bgpSessions: split, cloudRules: [rule({ remote: '192.0.2.0/24', destination: '198.51.100.0/24' })] },
    ],
    ['a rule that lets through', { bgpSessions: split, cloudRules: [rule({ action: 'allow' })] }],
    ['a rule for another port', { bgpSessions: split, cloudRules: [rule({ portMin: 23, portMax: 23 })] }],
  ])('%s', (_, table) => {
    expect(verdictOn(table)).toBe('not found')
  })
})

test('between the subnets of a VPC stands no appliance', () => {
  const own = { nodes: ['w1', 'w2'].map((name) => node(name)), bgpSessions: [...split, ...mirrored] }
  const inVpc = own.nodes.map((each) => ({
    ...each,
    labels: { 'ibm-cloud.kubernetes.io/iaas-provider': 'g2' },
  }))
  expect(verdictOn(own)).not.toBe('not found')
  expect(verdictOn({ ...own, nodes: inVpc })).toBe('not found')
})
