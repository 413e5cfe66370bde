import { expect, test } from 'vitest'
import type { ConfigMap, Draft, KubeObject } from '#lab/api/objects.ts'
import { isKubeError, KubeError, resources } from '#lab/api/ports.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { type Bed, bed, testImage } from '#lab/kubelet/test-bed.ts'

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
const ref = { type: resources.namespaces, name: 'team' }

const isGone = async ({ kube }: Bed): Promise<boolean> =>
  kube.get(ref).then(
    () => false,
    (error: unknown) => isKubeError(error, 'NotFound'),
  )

const conditions = async ({ kube }: Bed): Promise<Readonly<Record<string, string>>> => {
  const { status } = (await kube.get(ref)) as KubeObject & {
    readonly status?: {
      readonly conditions?: readonly {
        readonly type: string
        readonly status: string
        readonly message: string
      }[]
    }
  } // of a Namespace
  return Object.fromEntries(
    (status?.conditions ?? [])
      .filter((each) => each.status === 'True')
      .map(({ type, message }) => [type, message]),
  )
}

const configMap = (name: string, finalizers: readonly string[] = []) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'team', finalizers },
})

async function withTeam(): Promise<Bed> {
  const b = await bed({ workers: 1, programs: controllerPrograms })
  await b.kube.create(resources.namespaces, namespace('team'))
  await b.until(
    async () => (await b.kube.list({ type: resources.configMaps, namespace: 'team' })).items.length > 0,
  )
  await b.until(
    async () => (await b.kube.list({ type: resources.serviceAccounts, namespace: 'team' })).items.length > 0,
  )
  return b
}

test('a new namespace gets its account and the authority, and gets them again when they are deleted', async () => {
  const b = await withTeam()
  const account = { type: resources.serviceAccounts, namespace: 'team', name: 'default' }
  const authority = { type: resources.configMaps, namespace: 'team', name: 'kube-root-ca.crt' }
  const { uid } = (await b.kube.get(account)).metadata
  await b.kube.delete(account)
  await b.kube.patch(authority, { type: 'merge', body: { data: { 'ca.crt': 'spoilt' } } })
  await b.advance(2000)
  expect((await b.kube.get(account)).metadata.uid).not.toBe(uid)
  expect((await b.kube.get<ConfigMap>(authority)).data?.['ca.crt']).toContain('BEGIN CERTIFICATE')
})

test('a namespace goes with all that is in it', async () => {
  const b = await withTeam()
  await b.kube.create(resources.configMaps, configMap('a'))
  await b.kube.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'team' },
    spec: { containers: [{ name: 'main', image: testImage.name }] },
  } as Draft<KubeObject>) // KubeObject knows no spec
  await b.until(async () => (await b.pod('p', 'team')).status.phase === 'Running')
  await b.kube.delete(ref)
  const late = await b.kube.create(resources.configMaps, configMap('late')).catch((error: unknown) => error)
  expect((late as KubeError).message).toBe(
    'configmaps "late" is forbidden: unable to create new content in namespace team because it is being terminated',
  )
  await b.advance(5500)
  expect((await conditions(b)).NamespaceContentRemaining).toBe(
    'Some resources are remaining: pods. has 1 resource instances',
  )
  await b.until(() => isGone(b), 90_000)
})

test('a namespace whose content may not be deleted stays, and says why', async () => {
  const b = await withTeam()
  const policies = { group: 'admissionregistration.k8s.io', version: 'v1' }
  await b.kube.create(
    { ...policies, resource: 'validatingadmissionpolicies' },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'keep' },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['configmaps'] },
          ],
        },
        validations: [{ expression: 'false', message: 'kept' }],
      },
    } as Draft<KubeObject>, // KubeObject knows no spec
  )
  const binding = { type: { ...policies, resource: 'validatingadmissionpolicybindings' }, name: 'keep' }
  await b.kube.create(binding.type, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'keep' },
    spec: { policyName: 'keep', validationActions: ['Deny'] },
  } as Draft<KubeObject>)
  await b.kube.delete(ref)
  await b.advance(60_000)
  expect((await conditions(b)).NamespaceDeletionContentFailure).toContain(': kept')
  await b.kube.delete(binding)
  await b.until(() => isGone(b), 120_000)
})

test('a finalizer of one object keeps the whole namespace, which says so, until somebody takes it away', async () => {
  const b = await withTeam()
  await b.kube.create(resources.configMaps, configMap('kept', ['example.com/keep']))
  await b.kube.delete(ref)
  await b.advance(120_000)
  expect(await conditions(b)).toEqual({
    NamespaceContentRemaining: 'Some resources are remaining: configmaps. has 1 resource instances',
    NamespaceFinalizersRemaining:
      'Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances',
  })
  const kept = { type: resources.configMaps, namespace: 'team', name: 'kept' }
  await b.kube.patch(kept, { type: 'merge', body: { metadata: { finalizers: null } } })
  await b.until(() => isGone(b), 30_000)
})

test('a namespace as kubectl makes it is kept by its finalizer, which no other update takes away', async () => {
  const b = await bed({ workers: 1, programs: controllerPrograms })
  await b.kube.create(resources.namespaces, {
    ...namespace('team'),
    spec: {},
    status: {},
  } as Draft<KubeObject>)
  await b.kube.patch(ref, { type: 'merge', body: { spec: { finalizers: null } } })
  await b.kube.create(resources.configMaps, configMap('kept', ['example.com/keep']))
  await b.kube.delete(ref)
  await b.advance(60_000)
  expect(await conditions(b)).toHaveProperty('NamespaceFinalizersRemaining')
})

test('the namespaces that a cluster cannot be without stay', async () => {
  const b = await bed({ workers: 1, programs: controllerPrograms })
  const refused = await b.kube
    .delete({ type: resources.namespaces, name: 'kube-system' })
    .catch((error: unknown) => (error instanceof KubeError ? error.message : error))
  expect(refused).toBe('namespaces "kube-system" is forbidden: this namespace may not be deleted')
})
