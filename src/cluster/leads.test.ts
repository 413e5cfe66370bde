import { expect, test } from 'vitest'
import { leadsOf } from '#cluster/leads.ts'
import { symptomsOf } from '#cluster/symptoms.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'

const message = (id: string, params: Readonly<Record<string, string>> = {}) => ({
  message: { id, params },
  count: 1,
})
const parameter = (value: string) => message('felix/parameter', { parameter: 'VXLANPort', value })
const chain = {
  node: 'w7',
  table: 'filter',
  chain: 'FORWARD',
  backend: 'nft',
  policy: 'DROP',
  family: 4,
} as const
const rule = {
  node: 'w7',
  table: 'filter',
  chain: 'FORWARD',
  target: 'cali-FORWARD',
  backend: 'nft',
  family: 4,
} as const
const node = { name: 'w7', unschedulable: false, conditions: [], taints: [], labels: {} }
const sick = {
  namespace: 'kube-system',
  name: 'calico-node-c8t5r',
  component: 'calico-node',
  ready: false,
  containers: [],
} as const

const firstOf = (table: Table): string | undefined => {
  const facts = factsOf(table)
  return leadsOf(facts, symptomsOf(facts))[0]?.command
}

test.each<[string, Table, RegExp]>([
  [
    'lines of a start that goes on',
    { messages: [message('startup/log-level')] },
    /^kubectl logs .*calico-node/,
  ],
  [
    'of the one pod that is not ready',
    { messages: [message('startup/log-level')], pods: [sick] },
    /^kubectl logs -n kube-system calico-node-c8t5r /,
  ],
  [
    'a parameter with two values',
    { messages: [parameter('4789'), parameter('8472')] },
    /felixconfigurations/,
  ],
  [
    'an address that leaked',
    { messages: [message('kube-controllers/ip-leak', { what: 'Confirmed' })] },
    /version/,
  ],
  [
    'a few rules of a filter',
    { filterChains: [chain], filterRules: [{ ...rule, position: 1 }] },
    /nft list ruleset/,
  ],
  ['nodes without addresses', { nodes: [node] }, /^kubectl get nodes -o wide$/],
])('%s', (_, table, expected) => {
  expect(firstOf(table)).toMatch(expected)
})

test.each<[string, Table]>([
  ['nothing', {}],
  ['a start that failed', { messages: [message('startup/log-level'), message('startup/no-addresses')] }],
  ['one value, printed twice', { messages: [parameter('4789'), message('kubelet/rebooted')] }],
  ['an address that may leak', { messages: [message('kube-controllers/ip-leak', { what: 'Candidate' })] }],
  ['nodes with addresses', { nodes: [{ ...node, internalIp: '10.3.0.7' }] }],
])('nothing to ask first: %s', (_, table) => {
  expect(firstOf(table)).toBeUndefined()
})
