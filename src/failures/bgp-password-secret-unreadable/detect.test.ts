import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/bgp-password-secret-unreadable/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const at = '2025-03-04 05:06:07.890 [WARNING][65] confd/'
const peer = (password: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata:\n  name: to-tor\nspec:\n  peerIP: 10.7.4.1\n  asNumber: 64520\n${password}`
const secret = '  password:\n    secretKeyRef:\n      name: tor-secret\n      key: bgp\n'
const account = 'system:serviceaccount:calico-system:calico-node'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'confd finds no data',
      `${at}client.go 900: Can't read password for BGPPeer to-tor error=no data available for secret tor-secret`,
      'confirmed',
    ],
    [
      'of the mesh',
      `${at}client.go 900: Can't read password referenced by BGP Configuration default in secret mesh-secret:key error=secret mesh-secret does not have key key`,
      'confirmed',
    ],
    [
      'confd’s watch does not come up',
      `${at}secret_watcher.go 140: Controller for secret 'tor-secret' did not sync within 500ms`,
      'confirmed',
    ],
    [
      'the API server refuses it',
      `E0304 05:06:07.890123 65 reflector.go:150] failed to list *v1.Secret: secrets "tor-secret" is forbidden: User "${account}" cannot list resource "secrets" in API group "" in the namespace "calico-system"`,
      'confirmed',
    ],
    [
      'the secret is not there',
      `${peer(secret)}\n$ kubectl get secret -n calico-system tor-secret\nError from server (NotFound): secrets "tor-secret" not found`,
      'confirmed',
    ],
    ['a peer with a password is all that is shown', peer(secret), 'likely'],
    [
      'the kernel misses the hash',
      '[ 9123.456789] TCP: MD5 Hash not found for (10.7.4.1, 179)->(10.7.4.21, 41234)',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string, readonly Verdict[]]>([
    ['a peer without a password', peer(''), ['not found']],
    [
      'another account may not read secrets',
      'secrets "x" is forbidden: User "system:serviceaccount:shop:cart" cannot get resource "secrets" in API group "" in the namespace "shop"',
      ['not found'],
    ],
    [
      'another right of calico-node’s',
      `nodes "w1" is forbidden: User "${account}" cannot patch resource "nodes/status" in API group "" at the cluster scope`,
      ['not found'],
    ],
    [
      'another secret is not there',
      `${peer(secret)}\n$ kubectl get secret -n calico-system pull-secret\nError from server (NotFound): secrets "pull-secret" not found`,
      ['likely'],
    ],
    [
      'the AS numbers differ',
      `${peer(secret)}\nbird: Global_10_7_4_1: Received: Bad peer AS: 64513\n| 10.7.4.1 | global | start | 05:06:07 | Idle Received: Bad peer AS |`,
      ['possible', 'not found'],
    ],
    [
      'sessions without text, and no password anywhere',
      '| 10.7.4.22    | node-to-node mesh | start | 05:06:07 | Active |',
      ['not found'],
    ],
  ])('%s', (_, text, expected) => {
    expect(expected).toContain(foundIn(text, mode))
  })
})

const pod = {
  namespace: 'calico-system',
  name: 'calico-node-a',
  component: 'calico-node' as const,
  node: 'w1',
  ready: false,
  containers: [],
}
const down = { node: 'w1', peer: '10.7.4.1', kind: 'global' as const, up: false, state: 'Active' }
const ofMeshUp = { node: 'w1', peer: '10.7.4.9', kind: 'mesh' as const, state: 'Established' }
const ofMesh = {
  of: 'BGPConfiguration' as const,
  in: 'default',
  name: 'nodeMeshPassword.secretKeyRef.name',
  value: 'calico-bgp-password',
}
const base: Table = {
  pods: [pod],
  bgpSessions: [down],
  bgpPeers: [{ name: 'to-tor', passwordSecret: { name: 'tor-secret', key: 'bgp' } }],
}
const named = (namespace: string, name = 'tor-secret') => ({ namespace, name, exists: true })

describe('by facts', () => {
  test.each<[string, Table, readonly string[], string | undefined]>([
    [
      'the secret stayed behind in kube-system',
      {
        secrets: [
          named('kube-system'),
          named('calico-system', 'typha-certs'),
          named('calico-system', 'node-certs'),
        ],
      },
      [],
      'confirmed',
    ],
    [
      'no secret of that name in a whole list',
      { secrets: [named('calico-system', 'typha-certs')] },
      ['secrets'],
      'confirmed',
    ],
    ['the secret is there', { secrets: [named('calico-system')] }, ['secrets'], 'possible'],
    [
      'the secret is there, and a Role lets it be read',
      {
        secrets: [named('calico-system')],
        roles: [
          {
            kind: 'Role',
            namespace: 'calico-system',
            name: 'bgp',
            rules: [
              {
                apiGroups: [''],
                resources: ['secrets'],
                verbs: ['get', 'list', 'watch'],
                resourceNames: ['tor-secret'],
              },
            ],
          },
        ],
      },
      ['secrets'],
      undefined,
    ],
    [
      'the mesh’s password, and a session of it that is up: both ends have read it',
      { bgpPeers: [], settings: [ofMesh], bgpSessions: [down, { ...ofMeshUp, up: true }] },
      [],
      undefined,
    ],
    [
      'the mesh’s password, and no session',
      { bgpPeers: [], settings: [ofMesh], bgpSessions: [down, { ...ofMeshUp, up: false }] },
      [],
      'possible',
    ],
    [
      'no password',
      { bgpPeers: [{ name: 'to-tor' }], secrets: [named('kube-system')] },
      ['secrets'],
      undefined,
    ],
  ])('%s', (_, table, complete, expected) => {
    expect(diagnose(factsOf({ ...base, ...table }, { complete }), [mode]).causes[0]?.confidence).toBe(
      expected,
    )
  })
})
