import { describe, expect, test } from 'vitest'
import type { NodeRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/route-reflector-label-lost/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const config = (mesh: string): string =>
  `apiVersion: crd.projectcalico.org/v1\nkind: BGPConfiguration\nmetadata:\n  name: default\nspec:\n  asNumber: 64533\n  nodeToNodeMeshEnabled: ${mesh}\n---\n`
const peer = (selector: string): string =>
  `apiVersion: crd.projectcalico.org/v1\nkind: BGPPeer\nmetadata:\n  name: by-reflectors\nspec:\n  nodeSelector: all()\n  peerSelector: ${selector}\n---\n`
const nodes = (label: string): string =>
  [
    '$ kubectl get nodes --show-labels',
    'NAME   STATUS   ROLES    AGE   VERSION   LABELS',
    `w1     Ready    <none>   20d   v1.31.2   kubernetes.io/hostname=w1,kubernetes.io/os=linux${label}`,
    'w2     Ready    <none>   20d   v1.31.2   kubernetes.io/hostname=w2,kubernetes.io/os=linux',
    '',
  ].join('\n')
const wanted = "reflector == 'yes'"

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['no node has the label', config('false') + peer(wanted) + nodes(''), 'confirmed'],
    ['the label has another value', config('false') + peer(wanted) + nodes(',reflector=no'), 'confirmed'],
    ['by presence', config('false') + peer('has(reflector)') + nodes(''), 'confirmed'],
    [
      'a node has no peers, and its labels were not shown',
      `${config('false')}${peer(wanted)}\nroot@w1:~# calicoctl node status\nCalico process is running.\n\nIPv4 BGP status\nNo IPv4 peers found.\n`,
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['a node has the label', config('false') + peer(wanted) + nodes(',reflector=yes')],
    ['the mesh is on', config('true') + peer(wanted) + nodes('')],
    ['nobody said whether the mesh is off', peer(wanted) + nodes('')],
    [
      'labels were not shown',
      `${config('false')}${peer(wanted)}\n$ kubectl get nodes\nNAME   STATUS   ROLES    AGE   VERSION\nw1     Ready    <none>   20d   v1.31.2\n`,
    ],
    [
      'a peer by address',
      `${config('false')}apiVersion: crd.projectcalico.org/v1\nkind: BGPPeer\nmetadata:\n  name: tor\nspec:\n  peerIP: 10.7.4.1\n  asNumber: 64520\n---\n${nodes('')}`,
    ],
    ['a selector that cannot be read', config('false') + peer('reflector = yes') + nodes('')],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

const node = (name: string, labels: Readonly<Record<string, string>> = {}): NodeRow => ({
  name,
  unschedulable: false,
  taints: [],
  conditions: [],
  labels: { 'kubernetes.io/hostname': name, ...labels },
})
const base: Table = {
  settings: [{ of: 'BGPConfiguration', in: 'default', name: 'nodeToNodeMeshEnabled', value: 'false' }],
  bgpPeers: [{ name: 'rr', nodeSelector: 'all()', peerSelector: wanted }],
  nodes: [node('w1'), node('w2')],
}

describe('by facts', () => {
  const tor = { name: 'tor', peerIp: '10.7.4.1', asNumber: '64520' }
  test.each<[string, Table, string | undefined]>([
    ['all peers match nothing', base, 'found'],
    ['there are others beside it', { ...base, bgpPeers: [...(base.bgpPeers ?? []), tor] }, 'found'],
    [
      'sessions are up all the same',
      {
        ...base,
        bgpSessions: [{ node: 'w1', peer: '10.7.4.1', kind: 'global', up: true, state: 'Established' }],
      },
      undefined,
    ],
    [
      'nobody may peer',
      { ...base, bgpPeers: [{ name: 'tor', peerIp: '10.7.4.1', nodeSelector: "rack == 'a'" }] },
      'found',
    ],
    [
      'one node’s labels are not known',
      { ...base, nodes: [node('w1'), { ...node('w2'), labels: {} }] },
      undefined,
    ],
    [
      'a reflector kept its cluster id and lost its label',
      {
        ...base,
        settings: [
          ...(base.settings ?? []),
          {
            of: 'Node',
            in: 'w1',
            node: 'w1',
            name: 'projectcalico.org/RouteReflectorClusterID',
            value: '244.0.0.1',
          },
        ],
      },
      'found',
    ],
  ])('%s', (_, table, expected) => {
    const { causes, preventive } = diagnose(factsOf(table), [mode])
    expect(causes.length + preventive.length > 0 ? 'found' : undefined).toBe(expected)
  })
})

test.each<[string, boolean, number]>([
  ['that are older than the peers’ selectors', false, 1],
  ['of a mesh', true, 0],
])('sessions %s', (_, mesh, unknown) => {
  const facts = factsOf(
    {
      ...base,
      settings: [
        { of: 'BGPConfiguration', in: 'default', name: 'nodeToNodeMeshEnabled', value: String(mesh) },
      ],
      bgpSessions: [{ node: 'w1', peer: '10.7.4.2', kind: 'mesh', up: true, state: 'Established' }],
    },
    { complete: ['bgpPeers', 'nodes', 'settings'] },
  )
  expect(diagnose(facts, [mode]).unknown).toHaveLength(unknown)
})
