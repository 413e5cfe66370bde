import { afterEach, describe, expect, test } from 'vitest'
import type { KubeObject } from '#lab/api/objects.ts'
import { Lab } from '#lab/lab.ts'
import type { LabResponse } from '#lab/request.ts'
import { type WebhookPlan, webhookBackend, webhookConfiguration } from '#lab/workload/webhook-manifests.ts'

let lab: Lab | undefined

afterEach(() => lab?.shutdown())

const base: Omit<WebhookPlan, 'nowMs'> = {
  name: 'policy',
  webhook: 'validate.policy.example.com',
  kind: 'Validating',
  rules: [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
  ],
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
}

const pathOf = ({
  apiVersion,
  kind,
  metadata,
}: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>): string => {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const space = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`
  return `${root}${space}/${kind.toLowerCase()}s`
}

async function apply(on: Lab, objects: readonly Parameters<typeof pathOf>[0][]): Promise<void> {
  for (const object of objects) {
    const { status, body } = await on.request({
      method: 'POST',
      path: pathOf(object),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(object),
    })
    if (status !== 201) throw new Error(body)
  }
}

/** A lab with a webhook whose pod is ready. */
async function labWith(
  plan: Partial<WebhookPlan>,
): Promise<{ readonly on: Lab; readonly plan: WebhookPlan }> {
  lab = await Lab.boot({ seed: 'webhooks', nodes: 2 })
  const whole = { ...base, nowMs: lab.nowMs, ...plan }
  await apply(lab, webhookBackend(whole) as readonly KubeObject[]) // drafts are posted as they are
  await lab.untilWell(300_000)
  await apply(lab, [webhookConfiguration(whole) as KubeObject])
  return { on: lab, plan: whole }
}

const create = (
  on: Lab,
  o: { readonly name?: string; readonly query?: string; readonly namespace?: string } = {},
): Promise<LabResponse> =>
  on.request({
    method: 'POST',
    path: `/api/v1/namespaces/${o.namespace ?? 'default'}/configmaps${o.query ?? ''}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: o.name ?? 'c1' } }),
  })

const metrics = async (on: Lab): Promise<string> =>
  (await on.request({ method: 'GET', path: '/metrics', headers: {}, body: '' })).body

const rejections = async (on: Lab): Promise<readonly string[]> =>
  (await metrics(on))
    .split('\n')
    .filter((line) => line.startsWith('apiserver_admission_webhook_rejection_count'))

const messageOf = ({ body }: LabResponse): string =>
  (JSON.parse(body) as { readonly message: string }).message

describe('a validating webhook', () => {
  test('that denies refuses the request in its own words, elsewhere nothing', async () => {
    const { on } = await labWith({ args: ['--answer=deny', '--message=no config here'] })
    const refused = await create(on)
    expect(refused.status).toBe(403)
    expect(messageOf(refused)).toBe(
      'admission webhook "validate.policy.example.com" denied the request: no config here',
    )
    expect((await create(on, { namespace: 'kube-system' })).status).toBe(201)
    expect(await rejections(on)).toEqual([
      'apiserver_admission_webhook_rejection_count{error_type="no_error",name="validate.policy.example.com",operation="CREATE",rejection_code="403",type="validating"} 1',
    ])
  })

  test('that allows lets it pass, and takes time', async () => {
    const { on } = await labWith({})
    const before = on.nowMs
    expect((await create(on)).status).toBe(201)
    expect(on.nowMs - before).toBeLessThan(100)
  })

  const url = 'Post "https://policy.policy.svc:443/validate?timeout=10s"'
  const calling =
    'Internal error occurred: failed calling webhook "validate.policy.example.com": failed to call webhook'
  test.each<[string, Partial<WebhookPlan>, string, number]>([
    [
      'answers 500',
      { args: ['--answer=error', '--message=boom'] },
      `${calling}: an error on the server ("boom") has prevented the request from succeeding`,
      0,
    ],
    ['never answers', { args: ['--answer=hang'] }, `${calling}: ${url}: context deadline exceeded`, 10_000],
    [
      'shows the certificate of another authority of that name',
      { certificate: 'other-authority' },
      `${calling}: ${url}: tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "policy-ca")`,
      0,
    ],
    [
      'shows a certificate for another name',
      { certificate: 'other-name' },
      `${calling}: ${url}: tls: failed to verify certificate: x509: certificate is valid for old-policy.policy.svc, old-policy.policy.svc.cluster.local, not policy.policy.svc`,
      0,
    ],
    [
      'speaks nonsense',
      { args: ['--answer=nonsense'] },
      'Internal error occurred: failed calling webhook "validate.policy.example.com": received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got v1, Kind=Status',
      0,
    ],
  ])('that %s fails the request', async (_name, plan, message, tookMs) => {
    const { on } = await labWith(plan)
    const before = on.nowMs
    const refused = await create(on)
    expect(refused.status).toBe(500)
    expect(messageOf(refused)).toBe(message)
    expect(Math.round((on.nowMs - before) / 1000) * 1000).toBe(tookMs)
    expect(await rejections(on)).toEqual([
      'apiserver_admission_webhook_rejection_count{error_type="calling_webhook_error",name="validate.policy.example.com",operation="CREATE",rejection_code="0",type="validating"} 1',
    ])
  })

  test('without endpoints is refused by the service, or overlooked when it fails open', async () => {
    const { on, plan } = await labWith({ replicas: 0 })
    const refused = await create(on)
    expect(messageOf(refused)).toMatch(
      /failed to call webhook: Post "https:\/\/policy\.policy\.svc:443\/validate\?timeout=10s": dial tcp 10\.\d+\.\d+\.\d+:443: connect: connection refused$/,
    )
    const open = webhookConfiguration({ ...plan, failurePolicy: 'Ignore' }) as unknown as {
      readonly webhooks: unknown
    }
    await on.request({
      method: 'PATCH',
      path: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/policy',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ webhooks: open.webhooks }),
    })
    expect((await create(on)).status).toBe(201)
    expect(await metrics(on)).toContain(
      'apiserver_admission_webhook_fail_open_count{name="validate.policy.example.com",type="validating"} 1\n',
    )
  })

  test('whose path is cut is waited for as long as its timeout says', async () => {
    const { on } = await labWith({ nodeName: 'k8s-worker-01', timeoutSeconds: 3 })
    await on.addUnderlayRule({ name: 'cut', destination: '10.244.0.0/16', action: 'drop' })
    const before = on.nowMs
    expect(messageOf(await create(on))).toBe(
      `${calling}: ${url.replace('10s', '3s')}: context deadline exceeded`,
    )
    expect(on.nowMs - before).toBeGreaterThanOrEqual(3000)
  })

  test('is not asked in a dry run that it would leave traces of', async () => {
    const { on } = await labWith({ sideEffects: 'Some' })
    const refused = await create(on, { query: '?dryRun=All' })
    expect([refused.status, messageOf(refused)]).toEqual([
      400,
      'admission webhook "validate.policy.example.com" does not support dry run',
    ])
  })
})

test('a mutating webhook changes what is stored', async () => {
  const { on } = await labWith({ kind: 'Mutating', args: ['--answer=annotate'] })
  const { body } = await create(on)
  expect(JSON.parse(body)).toMatchObject({
    metadata: { name: 'c1', annotations: { 'policy.example.com/reviewed': 'yes' } },
  })
})

describe('a webhook that must be asked about pods', () => {
  const pods: Partial<WebhookPlan> = {
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    namespaceSelector: {},
    nodeName: 'k8s-worker-01',
    timeoutSeconds: 2,
  }

  const eventsOf = async (on: Lab, name: string): Promise<readonly string[]> => {
    const { body } = await on.request({
      method: 'GET',
      path: `/api/v1/namespaces/kube-system/events?fieldSelector=involvedObject.name=${name}`,
    })
    const { items } = JSON.parse(body) as {
      readonly items: readonly { readonly reason: string; readonly message: string }[]
    }
    return items.map(({ reason, message }) => `${reason} ${message}`)
  }

  /** Takes calico-node from the worker, and with it what the network of its pods needs. */
  const withoutCalico = async (on: Lab): Promise<void> => {
    const path = '/api/v1/namespaces/kube-system/pods'
    const { body } = await on.request({ method: 'GET', path: `${path}?labelSelector=k8s-app=calico-node` })
    const { items } = JSON.parse(body) as {
      readonly items: readonly {
        readonly metadata: { readonly name: string }
        readonly spec: { readonly nodeName: string }
      }[]
    }
    const pod = items.find(({ spec }) => spec.nodeName === 'k8s-worker-01')
    await on.request({ method: 'DELETE', path: `${path}/${pod?.metadata.name}` })
  }

  test('keeps calico-node away when it says no, as the DaemonSet tells', async () => {
    const { on } = await labWith({
      ...pods,
      args: ['--answer=deny', '--namespaces=kube-system', '--message=not here'],
    })
    await withoutCalico(on)
    await on.advance(30_000)
    expect(await eventsOf(on, 'calico-node')).toContain(
      'FailedCreate Error creating: admission webhook "validate.policy.example.com" denied the request: not here',
    )
  })

  test('locks itself out when its own pod is lost with the network', async () => {
    const { on } = await labWith(pods)
    const service = '10\\.\\d+\\.\\d+\\.\\d+:443'
    await on.request({ method: 'DELETE', path: '/api/v1/namespaces/policy/pods?labelSelector=app=policy' })
    await on.advance(60_000)
    await withoutCalico(on)
    await on.advance(30_000)
    const told = await eventsOf(on, 'calico-node')
    expect(told.join('\n')).toMatch(
      new RegExp(
        `Error creating: Internal error occurred: failed calling webhook "validate\\.policy\\.example\\.com": failed to call webhook: Post "https://policy\\.policy\\.svc:443/validate\\?timeout=2s": (dial tcp ${service}: connect: connection refused|context deadline exceeded)`,
      ),
    )
    // The only way out: nobody is asked any more.
    await on.request({
      method: 'DELETE',
      path: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/policy',
    })
    await on.untilWell(600_000)
  })
})
