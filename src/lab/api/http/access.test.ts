import { describe, expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { ApiRequest } from '#lab/api/http/request.ts'
import { asObject, at, type JsonObject } from '#lab/api/json.ts'
import { ApiServer } from '#lab/api/server.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

const group = 'rbac.authorization.k8s.io'

function server() {
  const api = new ApiServer({ kernel: new Kernel({ seed: 1, startMs: 0 }) })
  const ask = (
    url: string,
    o: Partial<ApiRequest> = {},
  ): { readonly code: number; readonly body: JsonObject } => {
    let answer: { code: number; body: JsonObject } | undefined
    const request = { method: 'GET', url, headers: {}, body: '', ...o }
    api.handle(request, {
      send: (code, _, body) => {
        const text = String(body)
        answer = { code, body: text.startsWith('{') ? (JSON.parse(text) as JsonObject) : { text } } // JSON of the server
      },
      stream: () => {
        throw new Error('no stream was asked for')
      },
      onClose: () => {},
    })
    if (answer === undefined) throw new Error('it was not answered at once')
    return answer
  }
  const review = (kind: string, spec: JsonObject, headers = {}): JsonObject => {
    const kinds = kind === 'SelfSubjectReview' || kind === 'TokenReview' ? 'authentication' : 'authorization'
    const body = JSON.stringify({ apiVersion: `${kinds}.k8s.io/v1`, kind, spec })
    const answer = ask(`/apis/${kinds}.k8s.io/v1/${kind.toLowerCase()}s`, { method: 'POST', headers, body })
    return answer.code === 201 ? asObject(answer.body.status) : { message: answer.body.message }
  }
  const admin = directKube(api)
  const grant = async (name: string, rules: readonly JsonObject[], subject: JsonObject): Promise<void> => {
    const object = { apiVersion: `${group}/v1`, metadata: { name } }
    await admin.create({ group, version: 'v1', resource: 'clusterroles' }, {
      ...object,
      kind: 'ClusterRole',
      rules,
    } as never)
    const roleRef = { apiGroup: group, kind: 'ClusterRole', name }
    const binding = { ...object, kind: 'ClusterRoleBinding', roleRef, subjects: [subject] }
    await admin.create({ group, version: 'v1', resource: 'clusterrolebindings' }, binding as never)
  }
  return { api, ask, review, grant }
}

const bob = { 'impersonate-user': 'bob' }

describe('who impersonates', () => {
  test.each([
    [
      { 'impersonate-user': 'carl' },
      'users "carl" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
    ],
    [
      { 'impersonate-user': 'system:serviceaccount:kube-system:calico-node' },
      'serviceaccounts "calico-node" is forbidden: User "bob" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "kube-system"',
    ],
    [
      { 'impersonate-user': 'ann', 'impersonate-group': 'dev, system:masters' },
      'groups "system:masters" is forbidden: User "bob" cannot impersonate resource "groups" in API group "" at the cluster scope',
    ],
  ])('needs the right to %j', async (headers, message) => {
    const { api, grant } = server()
    await grant(
      'imp',
      [
        { verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['ann'] },
        { verbs: ['impersonate'], apiGroups: [''], resources: ['groups'], resourceNames: ['dev'] },
      ],
      { kind: 'User', name: 'bob' },
    )
    const { impersonated } = await import('#lab/api/http/impersonation.ts')
    const request = { method: 'GET', url: '/', headers, body: '' }
    const caller = { username: 'bob', groups: ['system:authenticated'] }
    expect(() => impersonated(api.state, caller, request)).toThrow(message)
    const ann = { ...request, headers: { 'impersonate-user': 'ann', 'impersonate-group': 'dev' } }
    expect(impersonated(api.state, caller, ann)).toEqual({
      username: 'ann',
      groups: ['dev', 'system:authenticated'],
    })
  })

  test('is seen as the other with the groups that it has of itself', () => {
    const { review } = server()
    const account = {
      'impersonate-user': 'system:serviceaccount:shop:web',
      'impersonate-extra-scopes': 'a, b',
    }
    expect(review('SelfSubjectReview', {}, account)).toEqual({
      userInfo: {
        username: 'system:serviceaccount:shop:web',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
        extra: { scopes: ['a', 'b'] },
      },
    })
  })
})

describe('a review', () => {
  test('of another user names the binding that allows', async () => {
    const { review, grant } = server()
    const resourceAttributes = { verb: 'list', group: '', resource: 'pods' }
    const asked = { user: 'ann', resourceAttributes }
    expect(review('SubjectAccessReview', asked)).toEqual({ allowed: false })
    await grant('lister', [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }], {
      kind: 'User',
      name: 'ann',
    })
    expect(review('SubjectAccessReview', asked)).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "lister" of ClusterRole "lister" to User "ann"',
    })
    expect(review('SelfSubjectAccessReview', { resourceAttributes }, bob)).toEqual({ allowed: false })
    expect(
      review('SelfSubjectAccessReview', { nonResourceAttributes: { verb: 'get', path: '/api' } }, bob),
    ).toMatchObject({ allowed: true })
  })

  test('that asks nothing, or two things, is invalid', () => {
    const { review } = server()
    expect(review('SelfSubjectAccessReview', {}).message).toBe(
      'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    )
    expect(review('SubjectAccessReview', { resourceAttributes: { verb: 'get' } }).message).toContain(
      'at least one of user or group must be specified',
    )
  })

  test('of who may ask it: bob may review himself, not others', () => {
    const { review } = server()
    expect(
      review('SubjectAccessReview', { user: 'ann', resourceAttributes: { verb: 'get' } }, bob).message,
    ).toBe(
      'subjectaccessreviews.authorization.k8s.io is forbidden: User "bob" cannot create resource "subjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope',
    )
  })

  test('of rules lists what holds in a namespace', async () => {
    const { review, grant } = server()
    await grant(
      'reader',
      [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['s'] }],
      { kind: 'User', name: 'bob' },
    )
    const { resourceRules, incomplete } = review('SelfSubjectRulesReview', { namespace: 'default' }, bob)
    expect(incomplete).toBe(false)
    expect(resourceRules).toContainEqual({
      verbs: ['get'],
      apiGroups: [''],
      resources: ['secrets'],
      resourceNames: ['s'],
    })
    expect(resourceRules).toContainEqual({
      verbs: ['create'],
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    })
  })
})

test('nobody in particular may ask for health and version, not for the API', () => {
  const { ask } = server()
  expect(ask('/healthz', { inside: true }).code).toBe(200)
  expect(ask('/version', { inside: true }).code).toBe(200)
  expect(at(ask('/api', { inside: true }).body, 'message')).toBe(
    'forbidden: User "system:anonymous" cannot get path "/api"',
  )
})
