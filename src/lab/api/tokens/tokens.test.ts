import { describe, expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import { asObject, type JsonObject } from '#lab/api/json.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { KubeError, resources } from '#lab/api/ports.ts'
import { ApiServer } from '#lab/api/server.ts'
import { keyFile, type TokenKey, tokenKeys } from '#lab/api/tokens/jwt.ts'
import { legacyToken } from '#lab/api/tokens/tokens.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

const startMs = Date.UTC(2026, 0, 7, 6)
const day = 86_400_000

async function withAccount() {
  const kernel = new Kernel({ seed: 1, startMs })
  const api = new ApiServer({ kernel })
  const kube = directKube(api)
  const at = { namespace: 'default', name: 'web' }
  const account = await kube.create(resources.serviceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: at,
  })
  const ref = { type: resources.serviceAccounts, ...at }
  const ask = async (spec: JsonObject): Promise<{ token: string; expirationTimestamp: string }> =>
    ((await kube.post(ref, 'token', { spec })) as { status: { token: string; expirationTimestamp: string } })
      .status // a TokenRequest
  const pod = await kube.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { serviceAccountName: 'web', nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
  } as Draft<KubeObject>)
  return { kernel, api, kube, ask, account, pod, ref }
}

const parts = (token: string): readonly [JsonObject, JsonObject] => {
  const [head = '', body = ''] = token.split('.')
  const read = (text: string): JsonObject =>
    JSON.parse(Buffer.from(text, 'base64url').toString()) as JsonObject
  return [read(head), read(body)]
}
const keyOf = (secret: string): TokenKey => tokenKeys(keyFile(secret, 'RSA PRIVATE KEY'))[0] as TokenKey // it has one

const refusal = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'done',
    (error: unknown) => (error instanceof KubeError ? error.message : String(error)),
  )

describe('a token', () => {
  test('can be read by anybody and tells whose it is, for whom, and until when', async () => {
    const { ask, pod, account } = await withAccount()
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: pod.metadata.uid }
    const [head, claims] = parts((await ask({ expirationSeconds: 7200, boundObjectRef })).token)
    expect(head).toEqual({ alg: 'HS256', kid: expect.stringMatching(/^[\w-]{43}$/) })
    expect(claims).toMatchObject({
      aud: ['https://kubernetes.default.svc.cluster.local'],
      exp: startMs / 1000 + 7200,
      iss: 'https://kubernetes.default.svc.cluster.local',
      sub: 'system:serviceaccount:default:web',
      'kubernetes.io': {
        namespace: 'default',
        pod: { name: 'web', uid: pod.metadata.uid },
        serviceaccount: { name: 'web', uid: account.metadata.uid },
      },
    })
  })

  test.each([
    [599, 'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes'],
    [2 ** 32 + 1, 'may not specify a duration larger than 2^32 seconds'],
  ])('is not made for %d seconds', async (expirationSeconds, message) => {
    const { ask } = await withAccount()
    expect(await refusal(ask({ expirationSeconds }))).toContain(message)
  })

  test('for another audience is none here; a review for that audience knows it', async () => {
    const { ask, api } = await withAccount()
    const { token } = await ask({ audiences: ['vault'] })
    expect(() => api.identify({ token })).toThrow('Unauthorized')
    expect(api.state.tokens.verify(token, { audiences: ['vault'] })?.username).toBe(
      'system:serviceaccount:default:web',
    )
  })

  test('that a pod mounts lasts a year, though the kubelet is told to renew it within the hour', async () => {
    const { ask, pod, api, kernel } = await withAccount()
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: pod.metadata.uid }
    const { token, expirationTimestamp } = await ask({ expirationSeconds: 3607, boundObjectRef })
    expect(expirationTimestamp).toBe('2026-01-07T07:00:07Z')
    expect(asObject(parts(token)[1]['kubernetes.io']).warnafter).toBe(startMs / 1000 + 3607)
    await kernel.advanceTo(startMs + 364 * day)
    expect(api.identify({ token }).username).toBe('system:serviceaccount:default:web')
    await kernel.advanceTo(startMs + 365 * day)
    expect(() => api.identify({ token })).toThrow('Unauthorized')
  })

  test('is not bound to a pod of another account, nor to one that was made anew', async () => {
    const { kube, ask, ref, pod } = await withAccount()
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: pod.metadata.uid }
    await kube.create(resources.serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'other', namespace: 'default' },
    })
    expect(await refusal(kube.post({ ...ref, name: 'other' }, 'token', { spec: { boundObjectRef } }))).toBe(
      'cannot bind token for serviceaccount "other" to pod running with different serviceaccount name.',
    )
    expect(await refusal(ask({ boundObjectRef: { ...boundObjectRef, uid: 'x' } }))).toContain(
      'the UID in the bound object reference (x) does not match',
    )
  })

  test('dies with its account, though one of the same name is made', async () => {
    const { kube, ask, ref, api } = await withAccount()
    const { token } = await ask({})
    await kube.delete(ref)
    await kube.create(resources.serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'web', namespace: 'default' },
    })
    expect(() => api.identify({ token })).toThrow('Unauthorized')
  })

  test.each([
    ['its pod', async (p) => p.kube.delete({ type: resources.pods, namespace: 'default', name: 'web' })],
    ['its account', async (p) => p.kube.delete(p.ref)],
    ['its time', async (p) => p.kernel.advanceTo(startMs + day)],
  ] as readonly (readonly [string, (p: Awaited<ReturnType<typeof withAccount>>) => Promise<void>])[])(
    'that was used before ends with %s',
    async (_, end) => {
      const p = await withAccount()
      const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: p.pod.metadata.uid }
      const { token } = await p.ask({ expirationSeconds: 7200, boundObjectRef })
      for (let i = 0; i < 2; i++)
        expect(p.api.identify({ token }).username).toBe('system:serviceaccount:default:web')
      await end(p)
      await p.kernel.advanceTo(Math.max(p.kernel.nowMs, startMs + 3_600_000)) // a pod takes its time to go
      expect(() => p.api.identify({ token })).toThrow('Unauthorized')
    },
  )

  test('dies with the key that signed it, and lives on while that key is still accepted', async () => {
    const { ask, api } = await withAccount()
    const [old, next] = [keyOf('old'), keyOf('next')]
    api.state.tokens.useKeys({ signing: old, accepted: [old] })
    const { token } = await ask({})
    api.state.tokens.useKeys({ signing: next, accepted: [next, old] })
    expect(api.identify({ token }).username).toBe('system:serviceaccount:default:web')
    api.state.tokens.useKeys({ signing: next, accepted: [next] })
    expect(() => api.identify({ token })).toThrow('Unauthorized')
    api.state.tokens.useKeys({ signing: old, accepted: [next] }) // a server whose two key files do not belong together
    expect(() => api.identify({ token })).toThrow('Unauthorized')
  })
})

test('a token that lies in a Secret does not expire, and dies with the Secret', async () => {
  const { kube, api, account, kernel } = await withAccount()
  const key = keyOf('sa')
  api.state.tokens.useKeys({ signing: key, accepted: [key] })
  const subject = { namespace: 'default', name: 'web', uid: account.metadata.uid }
  const token = legacyToken(subject, 'web-token', key)
  expect(() => api.identify({ token })).toThrow('Unauthorized')
  await kube.create(resources.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'web-token',
      namespace: 'default',
      annotations: { 'kubernetes.io/service-account.name': 'web' },
    },
    type: 'kubernetes.io/service-account-token',
    data: { token: Buffer.from(token).toString('base64') },
  } as Draft<KubeObject>)
  await kernel.advanceTo(startMs + 1000 * day)
  expect(api.identify({ token }).groups).toContain('system:serviceaccounts:default')
  await kube.delete({ type: resources.secrets, namespace: 'default', name: 'web-token' })
  expect(() => api.identify({ token })).toThrow('Unauthorized')
})
