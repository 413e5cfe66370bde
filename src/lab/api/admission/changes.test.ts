import { describe, expect, test } from 'vitest'
import { answerOf, json, server } from '#lab/api/http/http-bench.ts'

const ask = (api: Parameters<typeof answerOf>[0], method: string, url: string, body?: object) =>
  json(
    answerOf(api, {
      method,
      url,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {},
    }),
  ) as unknown as Readonly<Record<string, unknown>>

const core = '/api/v1/namespaces/default'

describe('what may not change', () => {
  test.each([
    [
      'data',
      { data: { a: '2' } },
      'ConfigMap "m" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    ],
    [
      'the word itself',
      { immutable: null },
      'ConfigMap "m" is invalid: immutable: Forbidden: field is immutable when `immutable` is set',
    ],
  ])('%s of an immutable ConfigMap', (_, patch, message) => {
    const { api } = server()
    ask(api, 'POST', `${core}/configmaps`, { metadata: { name: 'm' }, data: { a: '1' }, immutable: true })
    expect(ask(api, 'PATCH', `${core}/configmaps/m`, patch)).toMatchObject({ code: 422, message })
    expect(ask(api, 'PATCH', `${core}/configmaps/m`, { metadata: { labels: { a: 'b' } } })).toMatchObject({
      kind: 'ConfigMap',
    })
  })

  test("a service's address, but not its ports", () => {
    const { api } = server()
    ask(api, 'POST', `${core}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } })
    expect(ask(api, 'PATCH', `${core}/services/s`, { spec: { clusterIP: '10.96.99.99' } }).message).toBe(
      'Service "s" is invalid: spec.clusterIPs[0]: Invalid value: []string{"10.96.99.99"}: may not change once set',
    )
    expect(ask(api, 'PATCH', `${core}/services/s`, { spec: { ports: [{ port: 81 }] } })).toMatchObject({
      kind: 'Service',
    })
  })

  test("a workload's selector, told as Go writes it", () => {
    const { api } = server()
    const deployments = '/apis/apps/v1/namespaces/default/deployments'
    const template = {
      metadata: { labels: { a: 'b', c: 'd' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    }
    ask(api, 'POST', deployments, {
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    })
    expect(
      ask(api, 'PATCH', `${deployments}/d`, { spec: { selector: { matchLabels: { c: 'd' } } } }).message,
    ).toBe(
      'Deployment.apps "d" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"a":"b", "c":"d"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
    )
  })
})

test.each([
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['!', "unable to parse requirement: found '', expected: identifier"],
])('the selector %s cannot be read', (selector, message) => {
  const { api } = server()
  expect(ask(api, 'GET', `${core}/pods?labelSelector=${encodeURIComponent(selector)}`)).toMatchObject({
    code: 400,
    message,
  })
})
