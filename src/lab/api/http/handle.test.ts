import { describe, expect, test } from 'vitest'
import { answerOf, draft, json, maps, server } from '#lab/api/http/http-bench.ts'
import type { ApiRequest } from '#lab/api/http/request.ts'
import type { KubeObject, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'

describe('requests and their codes', () => {
  test.each<[string, Partial<ApiRequest> & { readonly url: string }, number, string]>([
    ['an object that is missing', { url: `${maps}/x` }, 404, 'configmaps "x" not found'],
    ['a path that nobody serves', { url: '/apis/nope/v1' }, 404, '404 page not found'],
    ['a trailing slash', { url: '/version/' }, 200, 'v1.31.9'],
    ['health', { url: '/readyz' }, 200, 'ok'],
    ['one check', { url: '/livez/etcd' }, 200, 'ok'],
    ['a check that is none', { url: '/livez/shutdown' }, 404, '404 page not found'],
    ['all checks', { url: '/readyz?verbose' }, 200, '[+]poststarthook/rbac/bootstrap-roles ok'],
    ['a body without a type', { url: maps, method: 'POST', body: JSON.stringify(draft('a')) }, 201, '"a"'],
    [
      'YAML',
      {
        url: maps,
        method: 'POST',
        headers: { 'content-type': 'application/yaml' },
        body: 'metadata: {name: y}\nkind: ConfigMap\napiVersion: v1\n',
      },
      201,
      '"y"',
    ],
    [
      'an unknown type of body',
      { url: maps, method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a' },
      415,
      'the body of the request was in an unknown format',
    ],
    ['a body that is no JSON', { url: maps, method: 'POST', body: '{' }, 400, 'json parse error'],
    [
      'a patch of no known type',
      { url: `${maps}/x`, method: 'PATCH', body: '{}' },
      415,
      'application/strategic-merge-patch+json',
    ],
    [
      'a method that is not for it',
      { url: `${maps}/x`, method: 'POST', body: '{}' },
      405,
      'is not supported on resources of kind',
    ],
    [
      'a form that is not served',
      { url: maps, headers: { accept: 'text/html' } },
      406,
      'only the following media types are accepted',
    ],
    [
      'a version of the future',
      { url: `${maps}?resourceVersion=99999` },
      504,
      'Too large resource version: 99999',
    ],
    ['a watch from too long ago', { url: `${maps}?watch=true&resourceVersion=x` }, 400, 'Invalid value'],
    ['a token that is none', { url: maps, headers: { authorization: 'Bearer x' } }, 401, 'Unauthorized'],
    [
      'nobody from inside',
      { url: maps, inside: true },
      403,
      'User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ],
    ['nobody asking for health', { url: '/livez', inside: true }, 200, 'ok'],
    [
      'a dry run of another kind',
      { url: `${maps}?dryRun=Some`, method: 'POST', body: '{}' },
      400,
      'Unsupported value: "Some"',
    ],
    [
      'watch-list',
      { url: `${maps}?watch=true&sendInitialEvents=true` },
      422,
      'sendInitialEvents is forbidden',
    ],
  ])('%s', (_name, request, code, text) => {
    const answer = answerOf(server().api, request)
    expect(answer.code).toBe(code)
    expect(answer.text.replaceAll('\\"', '"')).toContain(text)
  })

  test.each([
    ['of curl', { url: '/api/v1/pods', headers: { 'user-agent': 'curl/8.5.0' } }],
    ['that asks for it', { url: '/api/v1/pods?pretty=true' }],
  ])('a request %s gets JSON to read', (_name, request) => {
    const { text } = answerOf(server().api, request)
    expect(text).toMatch(/^{\n {2}"kind": "PodList",\n.*\n}$/s)
  })

  test.each([
    ['of kubectl', { url: '/api/v1/pods', headers: { 'user-agent': 'kubectl/v1.31.9' } }],
    [
      'of curl that does not want it',
      { url: '/api/v1/pods?pretty=0', headers: { 'user-agent': 'curl/8.5.0' } },
    ],
  ])('a request %s gets JSON on one line', (_name, request) => {
    expect(answerOf(server().api, request).text).toMatch(/^{"kind":"PodList",.*}\n$/)
  })

  test('whoever asks for nothing is told what there is', () => {
    const { paths } = JSON.parse(answerOf(server().api, { url: '/' }).text) as { paths: readonly string[] }
    expect(paths.slice(0, 3)).toEqual(['/api', '/api/v1', '/apis'])
    for (const path of ['/apis/apps', '/apis/apps/v1', '/livez/ping', '/openapi/v3', '/version'])
      expect(paths).toContain(path)
    for (const path of paths) expect(answerOf(server().api, { url: path }).code, path).toBe(200)
  })

  test('the version is always for people', () => {
    expect(answerOf(server().api, { url: '/version' }).text).toMatch(/^{\n {2}"major": "1",\n.*\n}$/s)
  })

  test('a dry run stores nothing', async () => {
    const { api, kube } = server()
    const answer = answerOf(api, {
      url: `${maps}?dryRun=All`,
      method: 'POST',
      body: JSON.stringify(draft('a')),
    })
    expect(answer.code).toBe(201)
    expect((await kube.list({ type: resources.configMaps, namespace: 'default' })).items).toEqual([])
  })

  test('DELETE answers a Status with the plural, or the object for types that do', async () => {
    const { api, kube } = server()
    await kube.create(resources.configMaps, draft('a'))
    const answer = answerOf(api, {
      url: `${maps}/a`,
      method: 'DELETE',
      body: '{"propagationPolicy":"Background"}',
    })
    expect(json(answer)).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'a', kind: 'configmaps' },
    })
  })

  test('a refused eviction has no Retry-After, unless the budget was not counted yet', async () => {
    const { api, kube } = server()
    await kube.create(resources.serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'default' },
    })
    await kube.create<Pod>(resources.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] },
    })
    const ref = { type: resources.pods, namespace: 'default', name: 'p' }
    await kube.patch(
      ref,
      {
        type: 'merge',
        body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
      },
      { subresource: 'status' },
    )
    await kube.create<KubeObject & { spec: object }>(resources.podDisruptionBudgets, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'b', namespace: 'default' },
      spec: { minAvailable: 1, selector: {} },
    })
    const evict = () =>
      answerOf(api, {
        url: '/api/v1/namespaces/default/pods/p/eviction',
        method: 'POST',
        body: JSON.stringify({ apiVersion: 'policy/v1beta1', kind: 'Eviction', metadata: { name: 'p' } }),
      })
    expect(evict().headers['retry-after']).toBe('10')
    const budget = { type: resources.podDisruptionBudgets, namespace: 'default', name: 'b' }
    await kube.patch(
      budget,
      {
        type: 'merge',
        body: {
          status: { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 },
        },
      },
      { subresource: 'status' },
    )
    const refused = evict()
    expect(refused.code).toBe(429)
    expect(refused.headers).not.toHaveProperty('retry-after')
    expect(json(refused).details.causes[0]?.message).toBe(
      'The disruption budget b needs 1 healthy pods and has 1 currently',
    )
  })

  test('a scale is read, patched and put', async () => {
    const { api, kube } = server()
    const spec = {
      replicas: 1,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    }
    await kube.create(resources.deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', namespace: 'default' },
      spec,
    } as never)
    const url = '/apis/apps/v1/namespaces/default/deployments/d/scale'
    expect(json(answerOf(api, { url }))).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 1 },
      status: { selector: 'a=b' },
    })
    const headers = { 'content-type': 'application/merge-patch+json' }
    expect(
      json(answerOf(api, { url, method: 'PATCH', headers, body: '{"spec":{"replicas":3}}' })).spec.replicas,
    ).toBe(3)
    expect(json(answerOf(api, { url, method: 'PUT', body: '{"spec":{"replicas":0}}' })).spec.replicas).toBe(0)
    expect(await kube.get({ type: resources.deployments, namespace: 'default', name: 'd' })).toMatchObject({
      spec: { replicas: 0 },
      metadata: { generation: 3 },
    })
  })
})
