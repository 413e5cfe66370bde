import { describe, expect, test } from 'vitest'
import type { KubeObject } from '#lab/api/objects.ts'
import { failure, server, type } from '#lab/api/verbs/verbs-bench.ts'

const at = type('validatingwebhookconfigurations', 'admissionregistration.k8s.io')
const written = (webhook: object): KubeObject =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'wh' },
    webhooks: [webhook],
  }) as unknown as KubeObject
const good = {
  name: 'a.ex.io',
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  clientConfig: { service: { name: 's', namespace: 'default' } },
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
}

describe('a webhook configuration', () => {
  test('shows what holds where nobody says otherwise', async () => {
    const { kube } = server()
    expect(await kube.create(at, written(good))).toMatchObject({
      webhooks: [
        {
          failurePolicy: 'Fail',
          matchPolicy: 'Equivalent',
          timeoutSeconds: 10,
          namespaceSelector: {},
          clientConfig: { service: { port: 443 } },
          rules: [{ scope: '*' }],
        },
      ],
    })
  })

  test.each([
    [{ name: 'a' }, 'name: Invalid value: "a": should be a domain with at least three segments'],
    [{ sideEffects: undefined }, 'sideEffects: Required value: must specify one of None, NoneOnDryRun'],
    [{ sideEffects: 'Few' }, 'Unsupported value: "Few": supported values: "None", "NoneOnDryRun"'],
    [{ timeoutSeconds: 60 }, 'Invalid value: 60: the timeout value must be between 1 and 30 seconds'],
    [{ admissionReviewVersions: [] }, 'Required value: must specify one of v1, v1beta1'],
    [{ clientConfig: {} }, 'clientConfig: Required value: exactly one of url or service is required'],
    [{ clientConfig: { url: 'http://x' } }, `"http": 'https' is the only allowed URL scheme`],
  ])('with %j is refused', async (change, says) => {
    const { kube } = server()
    const { message } = await failure(kube.create(at, written({ ...good, ...change })))
    expect(message).toContain(
      'ValidatingWebhookConfiguration.admissionregistration.k8s.io "wh" is invalid: webhooks[0]',
    )
    expect(message).toContain(says)
  })
})
