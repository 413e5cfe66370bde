import { describe, expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { Draft, KubeObject, RoleRule } from '#lab/api/objects.ts'
import { KubeError } from '#lab/api/ports.ts'
import { ApiServer } from '#lab/api/server.ts'
import type { Identity } from '#lab/api/verbs/state.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

const group = 'rbac.authorization.k8s.io'
const bob: Identity = { username: 'bob', groups: ['builders', 'system:authenticated'] }
const reader: Identity = {
  username: 'system:serviceaccount:kube-system:reader',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
}

function server() {
  const api = new ApiServer({ kernel: new Kernel({ seed: 1, startMs: 0 }) })
  const admin = directKube(api)
  const make = (kind: string, metadata: Draft<KubeObject>['metadata'], rest: object): Promise<unknown> => {
    const resource = `${kind.toLowerCase()}s`
    const object = { apiVersion: `${group}/v1`, kind, metadata, ...rest }
    return admin.create({ group, version: 'v1', resource }, object)
  }
  const role = (name: string, rules: readonly RoleRule[], namespace?: string) =>
    make(
      namespace === undefined ? 'ClusterRole' : 'Role',
      { name, ...(namespace && { namespace }) },
      { rules },
    )
  const bind = (subject: object, kind: string, name: string, namespace?: string) =>
    make(
      namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
      { name: `${name}-binding`, ...(namespace && { namespace }) },
      { roleRef: { apiGroup: group, kind, name }, subjects: [subject] },
    )
  return { api, admin, role, bind, as: (user: Identity) => directKube(api, { user }) }
}

const pods = { group: '', version: 'v1', resource: 'pods' }
const secrets = { group: '', version: 'v1', resource: 'secrets' }
const nodes = { group: '', version: 'v1', resource: 'nodes' }

const refusal = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'allowed',
    (error: unknown) => (error instanceof KubeError ? error.message : String(error)),
  )

describe('who has no role', () => {
  test.each([
    [
      'a list in a namespace',
      { type: pods, namespace: 'default' },
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'a list of all namespaces',
      { type: pods },
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster scope',
    ],
    [
      'a list of one name',
      { type: secrets, namespace: 'kube-system', fieldSelector: 'metadata.name=bgp' },
      'secrets "bgp" is forbidden: User "bob" cannot list resource "secrets" in API group "" in the namespace "kube-system"',
    ],
    [
      'a type of a group',
      { type: { group: 'apps', version: 'v1', resource: 'daemonsets' }, namespace: 'default' },
      'daemonsets.apps is forbidden: User "bob" cannot list resource "daemonsets" in API group "apps" in the namespace "default"',
    ],
  ])('%s', async (_, query, message) => {
    expect(await refusal(server().as(bob).list(query))).toBe(message)
  })

  test('names with < > & are escaped', async () => {
    const { as } = server()
    expect(await refusal(as({ ...bob, username: '<a&b>' }).get({ type: nodes, name: 'n1' }))).toBe(
      'nodes "n1" is forbidden: User "&lt;a&amp;b&gt;" cannot get resource "nodes" in API group "" at the cluster scope',
    )
  })
})

describe('a rule', () => {
  const listPods = [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }]

  test('that a RoleBinding gives holds in its namespace only', async () => {
    const { as, role, bind } = server()
    await role('lister', listPods)
    await bind({ kind: 'Group', name: 'builders' }, 'ClusterRole', 'lister', 'default')
    expect(await refusal(as(bob).list({ type: pods, namespace: 'default' }))).toBe('allowed')
    expect(await refusal(as(bob).list({ type: pods, namespace: 'kube-system' }))).toContain('cannot list')
    expect(await refusal(as(bob).list({ type: pods }))).toContain('at the cluster scope')
  })

  test('for one name lets that object be read, listed and watched by its name, and no other', async () => {
    const { as, role, bind, admin } = server()
    await role(
      'bgp',
      [{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['secrets'], resourceNames: ['bgp'] }],
      'kube-system',
    )
    await bind(
      { kind: 'ServiceAccount', name: 'reader', namespace: 'kube-system' },
      'Role',
      'bgp',
      'kube-system',
    )
    for (const name of ['bgp', 'other'])
      await admin.create(secrets, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: 'kube-system' },
      })
    const kube = as(reader)
    const at = { type: secrets, namespace: 'kube-system' }
    expect(await refusal(kube.get({ ...at, name: 'bgp' }))).toBe('allowed')
    expect(await refusal(kube.list({ ...at, fieldSelector: 'metadata.name=bgp' }))).toBe('allowed')
    expect(await refusal(kube.list(at))).toBe(
      'secrets is forbidden: User "system:serviceaccount:kube-system:reader" cannot list resource "secrets" in API group "" in the namespace "kube-system"',
    )
    expect(await refusal(kube.get({ ...at, name: 'other' }))).toContain('secrets "other" is forbidden')
  })

  test('for a subresource says nothing of the object, and the other way round', async () => {
    const { api, role, bind } = server()
    await role('evictor', [{ verbs: ['create'], apiGroups: [''], resources: ['pods/eviction'] }])
    await bind({ kind: 'User', name: 'bob' }, 'ClusterRole', 'evictor')
    const may = (subresource?: string): boolean =>
      api.state.access.decide(bob, {
        kind: 'resource',
        verb: 'create',
        group: '',
        resource: 'pods',
        subresource,
      }).allowed
    expect([may('eviction'), may(), may('exec')]).toEqual([true, false, false])
  })

  test('for the scale of everything does not reach the status of anything', async () => {
    const { api, role, bind } = server()
    await role('scaler', [{ verbs: ['update'], apiGroups: ['*'], resources: ['*/scale'] }])
    await bind({ kind: 'User', name: 'bob' }, 'ClusterRole', 'scaler')
    const may = (resource: string, subresource?: string): boolean =>
      api.state.access.decide(bob, { kind: 'resource', verb: 'update', group: 'apps', resource, subresource })
        .allowed
    expect([may('deployments', 'scale'), may('deployments'), may('deployments', 'status')]).toEqual([
      true,
      false,
      false,
    ])
  })

  test('for paths with a star covers what is below, not the path itself', async () => {
    const { api, role, bind } = server()
    await role('paths', [{ verbs: ['get'], nonResourceURLs: ['/metrics/*'] }])
    await bind({ kind: 'User', name: 'bob' }, 'ClusterRole', 'paths')
    const may = (path: string): boolean =>
      api.state.access.decide(bob, { kind: 'path', verb: 'get', path }).allowed
    expect([may('/metrics/slis'), may('/metrics'), may('/healthz'), may('/version')]).toEqual([
      true,
      false,
      true, // system:public-info-viewer
      true,
    ])
  })

  test('ends with its role: the refusal tells which role is missing', async () => {
    const { as, role, bind, admin } = server()
    await role('lister', listPods)
    await bind({ kind: 'User', name: 'bob' }, 'ClusterRole', 'lister')
    const ask = () => refusal(as(bob).list({ type: pods }))
    expect(await ask()).toBe('allowed')
    await admin.delete({ type: { group, version: 'v1', resource: 'clusterroles' }, name: 'lister' })
    expect(await ask()).toBe(
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "lister" not found',
    )
    await role('lister', listPods)
    expect(await ask()).toBe('allowed')
  })
})

test('an allowed request knows which binding allowed it', async () => {
  const { api, role, bind } = server()
  await role('bgp', [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }], 'kube-system')
  await bind({ kind: 'ServiceAccount', name: 'reader' }, 'Role', 'bgp', 'kube-system')
  const asked = {
    kind: 'resource',
    verb: 'get',
    group: '',
    resource: 'secrets',
    namespace: 'kube-system',
  } as const
  expect(api.state.access.decide(reader, asked)).toEqual({
    allowed: true,
    reason:
      'RBAC: allowed by RoleBinding "bgp-binding/kube-system" of Role "bgp" to ServiceAccount "reader/kube-system"',
  })
})

test('system:masters may do what no role says', async () => {
  const { api } = server()
  const root: Identity = { username: 'root', groups: ['system:masters'] }
  const asked = { kind: 'resource', verb: 'fly', group: 'x.io', resource: 'kites' } as const
  expect(api.state.access.decide(root, asked).allowed).toBe(true)
  expect(api.state.access.decide({ ...root, groups: [] }, asked).allowed).toBe(false)
})

describe('a kubelet', () => {
  const node: Identity = { username: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] }

  test.each([
    [
      'a secret of no pod of its node',
      { resource: 'secrets', verb: 'get', namespace: 'default', name: 's2' },
      false,
    ],
    [
      'a secret that a pod of its node mounts',
      { resource: 'secrets', verb: 'get', namespace: 'default', name: 's1' },
      true,
    ],
    ['all secrets of a namespace', { resource: 'secrets', verb: 'list', namespace: 'default' }, false],
    ['pods', { resource: 'pods', verb: 'list' }, true],
    ['the deletion of a node', { resource: 'nodes', verb: 'delete', name: 'n1' }, false],
  ])('asks for %s', async (_, asked, allowed) => {
    const { api, admin } = server()
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'default' },
    }
    await admin.create({ group: '', version: 'v1', resource: 'serviceaccounts' }, account)
    await admin.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: {
        nodeName: 'n1',
        containers: [{ name: 'c', image: 'i' }],
        volumes: [{ name: 's', secret: { secretName: 's1' } }],
      },
    } as Draft<KubeObject>) // KubeObject knows nothing of a spec
    expect(api.state.access.decide(node, { kind: 'resource', group: '', ...asked }).allowed).toBe(allowed)
  })

  test('is told that its node has nothing to do with the object', async () => {
    const { as } = server()
    expect(await refusal(as(node).get({ type: secrets, namespace: 'default', name: 's' }))).toBe(
      `secrets "s" is forbidden: User "system:node:n1" cannot get resource "secrets" in API group "" in the namespace "default": no relationship found between node 'n1' and this object`,
    )
  })
})
