import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violationsOf } from '#lab/api/admission/pod-security.ts'
import { Lab } from '#lab/lab.ts'
import type { LabResponse } from '#lab/request.ts'

let lab: Lab

beforeAll(async () => {
  lab = await Lab.boot({ seed: 'limits', nodes: 2 })
})

afterAll(() => lab.shutdown())

const ask = (method: string, path: string, body?: unknown): Promise<LabResponse> =>
  lab.request({
    method,
    path,
    headers: {
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const messageOf = ({ body }: LabResponse): string =>
  (JSON.parse(body) as { readonly message: string }).message

const pod = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { nodeSelector: { nobody: 'here' }, containers: [{ name: 'c', image: 'busybox' }], ...spec },
})

async function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  const made = await ask('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  })
  if (made.status !== 201) throw new Error(made.body)
  await lab.advance(2000) // its service account
}

describe('pod security', () => {
  test('keeps out what the level forbids, by name', async () => {
    await namespace('strict', { 'pod-security.kubernetes.io/enforce': 'baseline' })
    const volumes = [{ name: 'root', hostPath: { path: '/' } }]
    const refused = await ask(
      'POST',
      '/api/v1/namespaces/strict/pods',
      pod('p', { hostNetwork: true, volumes }),
    )
    expect([refused.status, messageOf(refused)]).toEqual([
      403,
      'pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true), hostPath volumes (volume "root")',
    ])
    expect((await ask('POST', '/api/v1/namespaces/strict/pods', pod('p'))).status).toBe(201)
  })

  test('restricted says all that a plain pod lacks', () => {
    const details = violationsOf({ spec: { containers: [{ name: 'c' }] } }, 'restricted').map(
      ({ reason, detail }) => `${reason} (${detail})`,
    )
    expect(details).toEqual([
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false)',
      'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"])',
      'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
      'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ])
  })
})

test('a quota counts pods, refuses one too many, and makes room when one goes', async () => {
  await namespace('small')
  await ask('POST', '/api/v1/namespaces/small/resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard: { pods: '1' } },
  })
  await lab.advance(1000)
  const pods = '/api/v1/namespaces/small/pods'
  expect((await ask('POST', pods, pod('a'))).status).toBe(201)
  expect(messageOf(await ask('POST', pods, pod('b')))).toBe(
    'pods "b" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
  )
  await ask('DELETE', `${pods}/a`)
  await lab.advance(1000)
  expect((await ask('POST', pods, pod('b'))).status).toBe(201)
})

test('a quota of compute wants to know what a pod needs', async () => {
  await namespace('counted')
  await ask('POST', '/api/v1/namespaces/counted/resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard: { 'limits.cpu': '1' } },
  })
  await lab.advance(1000)
  expect(messageOf(await ask('POST', '/api/v1/namespaces/counted/pods', pod('a')))).toBe(
    'pods "a" is forbidden: failed quota: q: must specify limits.cpu for: c',
  )
})

describe('limit ranges', () => {
  const limited = async (name: string, ...limits: readonly object[]): Promise<void> => {
    await namespace(name)
    const made = await ask('POST', `/api/v1/namespaces/${name}/limitranges`, {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'limits' },
      spec: { limits },
    })
    if (made.status !== 201) throw new Error(made.body)
  }
  const inNamespace = (name: string, resources: object = {}): Promise<LabResponse> =>
    ask(
      'POST',
      `/api/v1/namespaces/${name}/pods`,
      pod('p', { containers: [{ name: 'c', image: 'busybox', resources }] }),
    )

  test('give containers what they do not say, and say so', async () => {
    await limited('given', {
      type: 'Container',
      default: { memory: '128Mi' },
      defaultRequest: { cpu: '100m' },
    })
    expect(JSON.parse((await inNamespace('given', { requests: { cpu: '250m' } })).body)).toMatchObject({
      metadata: {
        annotations: {
          'kubernetes.io/limit-ranger':
            'LimitRanger plugin set: memory request for container c; memory limit for container c',
        },
      },
      spec: {
        containers: [
          { resources: { limits: { memory: '128Mi' }, requests: { cpu: '250m', memory: '128Mi' } } },
        ],
      },
      status: { qosClass: 'Burstable' },
    })
  })

  test.each<[string, object, object, string]>([
    [
      'too-much',
      { type: 'Container', max: { memory: '1Gi' } },
      { limits: { memory: '2Gi' } },
      'maximum memory usage per Container is 1Gi, but limit is 2Gi',
    ],
    [
      'too-little',
      { type: 'Pod', min: { cpu: '200m' } },
      { requests: { cpu: '100m' } },
      'minimum cpu usage per Pod is 200m, but request is 100m',
    ],
    [
      'unlimited',
      { type: 'Pod', max: { cpu: '1', memory: '1Gi' } },
      {},
      '[maximum cpu usage per Pod is 1.  No limit is specified, maximum memory usage per Pod is 1Gi.  No limit is specified]',
    ],
    [
      'too-far',
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      { requests: { cpu: '100m' }, limits: { cpu: '300m' } },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
  ])('keep out: %s', async (name, limits, resources, says) => {
    await limited(name, limits)
    const refused = await inNamespace(name, resources)
    expect([refused.status, messageOf(refused)]).toEqual([403, `pods "p" is forbidden: ${says}`])
  })
})
