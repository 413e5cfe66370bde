import { expect, test } from 'vitest'
import { answerOf, draft, maps, server } from '#lab/api/http/http-bench.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { concerns } from '#lab/api/webhooks/match.ts'

/** A server with a webhook about ConfigMaps that has one condition. */
function withCondition(expression: string, failurePolicy = 'Fail') {
  const { api } = server()
  const webhook: JsonObject = {
    name: 'maps.policy.example.com',
    clientConfig: { url: 'https://policy.example.com/' },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy,
    matchConditions: [{ name: 'one', expression }],
  }
  const answer = answerOf(api, {
    method: 'POST',
    url: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    body: JSON.stringify({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'maps' },
      webhooks: [webhook],
    }),
  })
  return { api, answer }
}

test('a webhook is not asked where its condition does not hold', () => {
  const { api } = withCondition("object.metadata.name != 'own'")
  const [hook] = api.webhooks().validating
  const def = api.state.registry.ofKind('v1', 'ConfigMap')
  if (hook === undefined || def === undefined) throw new Error('neither webhook nor type')
  const named = (name: string): boolean => {
    const user = { username: 'somebody', groups: [] }
    const object = draft(name)
    const common = {
      operation: 'CREATE',
      def,
      namespace: 'default',
      user,
      dryRun: false,
      options: {},
    } as const
    return concerns(hook, { ...common, name, object }, api.state)
  }
  expect(['own', 'other'].map(named)).toEqual([false, true])
})

test.each([
  [
    'Fail',
    403,
    `configmaps "own" is forbidden: expression 'object.nosuch == 1' resulted in error: no such key: nosuch`,
  ],
  ['Ignore', 201, undefined],
])('a condition that cannot be told: %s', (policy, code, message) => {
  const { api } = withCondition('object.nosuch == 1', policy)
  const answer = answerOf(api, { method: 'POST', url: maps, body: JSON.stringify(draft('own')) })
  expect([answer.code, JSON.parse(answer.text).message]).toEqual([code, message])
})

test('a condition that is no expression is refused', () => {
  const { answer } = withCondition('object.metadata.name ==')
  expect(answer.code).toBe(422)
  expect(JSON.parse(answer.text).message).toContain(
    'webhooks[0].matchConditions[0].expression: Invalid value',
  )
})
