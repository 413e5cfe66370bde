import { describe, expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { Draft, KubeObject, RoleRule } from '#lab/api/objects.ts'
import { KubeError, resources } from '#lab/api/ports.ts'
import { ApiServer } from '#lab/api/server.ts'
import type { Identity } from '#lab/api/verbs/state.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

const group = 'rbac.authorization.k8s.io'
const roles = { group, version: 'v1', resource: 'roles' }
const clusterRoles = { group, version: 'v1', resource: 'clusterroles' }
const roleBindings = { group, version: 'v1', resource: 'rolebindings' }
const clusterRoleBindings = { group, version: 'v1', resource: 'clusterrolebindings' }

const outcome = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'done',
    (error: unknown) => (error instanceof KubeError ? error.message : String(error)),
  )

const role = (name: string, rules: readonly RoleRule[]): Draft<KubeObject> =>
  ({
    apiVersion: `${group}/v1`,
    kind: 'Role',
    metadata: { name, namespace: 'default' },
    rules,
  }) as Draft<KubeObject> // KubeObject knows no rules
const clusterRole = (name: string, rest: object): Draft<KubeObject> => ({
  apiVersion: `${group}/v1`,
  kind: 'ClusterRole',
  metadata: { name },
  ...rest,
})
const binding = (name: string, kind: string, to: string, user: string): Draft<KubeObject> =>
  ({
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata: { name, namespace: 'default' },
    roleRef: { apiGroup: group, kind, name: to },
    subjects: [{ kind: 'User', name: user }],
  }) as Draft<KubeObject> // nor a roleRef

const readPods: RoleRule = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }
const writeRoles: RoleRule = { verbs: ['*'], apiGroups: [group], resources: ['roles', 'rolebindings'] }

/** A server on which bob may write roles, and what `rules` say. */
async function withBob(...rules: RoleRule[]) {
  const api = new ApiServer({ kernel: new Kernel({ seed: 1, startMs: 0 }) })
  const admin = directKube(api)
  await admin.create(clusterRoles, clusterRole('bob', { rules }))
  await admin.create(clusterRoleBindings, {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'bob' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'bob' },
    subjects: [{ kind: 'User', name: 'bob' }],
  } as Draft<KubeObject>)
  return { admin, bob: directKube(api, { user: { username: 'bob', groups: ['system:authenticated'] } }) }
}
const writeNoMore: RoleRule = { ...writeRoles, verbs: ['create', 'update', 'patch'] }

describe('who writes a role', () => {
  test('gives what it has itself', async () => {
    const { bob } = await withBob(writeNoMore, readPods)
    expect(await outcome(bob.create(roles, role('r', [readPods])))).toBe('done')
  })

  test('is told what it lacks, verb by verb and resource by resource', async () => {
    const { bob } = await withBob(writeNoMore, readPods)
    const wanted = { verbs: ['get', 'delete', 'watch'], apiGroups: [''], resources: ['pods', 'secrets'] }
    expect(await outcome(bob.create(roles, role('r', [wanted])))).toBe(
      [
        'roles.rbac.authorization.k8s.io "r" is forbidden: user "bob" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:',
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete" "watch"]}',
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete" "watch"]}',
      ].join('\n'),
    )
  })

  test('may give more with the verb escalate', async () => {
    const { bob } = await withBob(writeRoles)
    expect(await outcome(bob.create(roles, role('r', [readPods])))).toBe('done')
  })

  test('has not the whole when it has it for one name only', async () => {
    const { bob } = await withBob(writeNoMore, { ...readPods, resourceNames: ['web'] })
    expect(await outcome(bob.create(roles, role('r', [readPods])))).toContain('not currently held')
    expect(await outcome(bob.create(roles, role('r', [{ ...readPods, resourceNames: ['web'] }])))).toBe(
      'done',
    )
  })
})

describe('who binds a role', () => {
  test('gives no more than it has', async () => {
    const { bob } = await withBob(writeNoMore)
    expect(
      await outcome(bob.create(roleBindings, binding('b', 'ClusterRole', 'cluster-admin', 'bob'))),
    ).toContain('{APIGroups:["*"], Resources:["*"], Verbs:["*"]}')
  })

  test('may give one role with the verb bind for it', async () => {
    const bind = { verbs: ['bind'], apiGroups: [group], resources: ['clusterroles'], resourceNames: ['view'] }
    const { bob } = await withBob(writeNoMore, bind, { ...readPods })
    expect(await outcome(bob.create(roleBindings, binding('b', 'ClusterRole', 'view', 'ann')))).toBe('done')
    expect(
      await outcome(bob.create(roleBindings, binding('c', 'ClusterRole', 'system:node', 'ann'))),
    ).toContain('not currently held')
    expect(await outcome(bob.create(roleBindings, binding('d', 'ClusterRole', 'nope', 'ann')))).toBe(
      'clusterrole.rbac.authorization.k8s.io "nope" not found',
    )
  })
})

describe('a kubelet', () => {
  const user: Identity = { username: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] }
  const api = new ApiServer({ kernel: new Kernel({ seed: 1, startMs: 0 }) })
  const kubelet = directKube(api, { user })
  const node = (name: string, labels = {}): Draft<KubeObject> => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
  })

  test('registers no other node than its own, and with no label that is not a kubelet’s', async () => {
    expect(await outcome(kubelet.create(resources.nodes, node('n2')))).toBe(
      'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
    )
    expect(
      await outcome(
        kubelet.create(resources.nodes, node('n1', { 'node-role.kubernetes.io/control-plane': '' })),
      ),
    ).toBe(
      'nodes "n1" is forbidden: node "n1" is not allowed to set the following labels: node-role.kubernetes.io/control-plane',
    )
    expect(
      await outcome(kubelet.create(resources.nodes, node('n1', { 'kubernetes.io/os': 'linux', zone: 'a' }))),
    ).toBe('done')
  })

  test('does not take a taint away from its node', async () => {
    const ref = { type: resources.nodes, name: 'n1' }
    const taints = [{ key: 'k', effect: 'NoSchedule' }]
    await directKube(api).patch(ref, { type: 'merge', body: { spec: { taints } } })
    expect(await outcome(kubelet.patch(ref, { type: 'merge', body: { spec: { taints: null } } }))).toBe(
      'nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
    )
  })

  test('makes mirror pods only', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    }
    await directKube(api).create(resources.serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'default' },
    })
    expect(await outcome(kubelet.create(resources.pods, pod))).toBe(
      'pods "p" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
    )
  })

  test('keeps no other lease than its own', async () => {
    const lease = (name: string): Draft<KubeObject> => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: 'kube-node-lease' },
    })
    expect(await outcome(kubelet.create(resources.leases, lease('n2')))).toBe(
      'leases.coordination.k8s.io "n2" is forbidden: can only access node lease with the same name as the requesting node',
    )
    expect(await outcome(kubelet.create(resources.leases, lease('n1')))).toBe('done')
  })
})
