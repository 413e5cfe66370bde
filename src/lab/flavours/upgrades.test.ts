import { expect, onTestFinished, test } from 'vitest'
import type { DaemonSet, Deployment, KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { calicoDefinitionDrafts } from '#lab/calico/manifests/definitions.ts'
import { operatorManifests } from '#lab/calico/operator/install.ts'
import { told } from '#lab/ibm/testing/told.ts'
import { Lab } from '#lab/lab.ts'
import type { LabOptions } from '#lab/options.ts'

const minutes = 60_000

async function booted(o: Omit<LabOptions, 'seed'>): Promise<Lab> {
  const lab = await Lab.boot({ seed: 'upgrades', nodes: 3, ...o })
  onTestFinished(() => lab.shutdown())
  return lab
}

type Definition = KubeObject & { readonly spec: { readonly preserveUnknownFields?: boolean } }

const definition = (name: string) => ({
  type: resources.definitions,
  name: `${name}.crd.projectcalico.org`,
})
const has = async (lab: Lab, name: string): Promise<boolean> =>
  lab.kube.get(definition(name)).then(
    () => true,
    () => false,
  )
const fields = async (lab: Lab, name: string): Promise<string> =>
  JSON.stringify((await lab.kube.get<Definition>(definition(name))).spec)

/** As `kubectl apply --server-side --force-conflicts -f tigera-operator.yaml`. */
async function applyOperator(lab: Lab, version: string): Promise<void> {
  for (const { kind, metadata, ...rest } of operatorManifests(version) as readonly Deployment[])
    if (kind === 'Deployment')
      await lab.kube.patch(
        { type: resources.deployments, namespace: 'tigera-operator', name: metadata.name },
        { type: 'merge', body: { spec: rest.spec } },
      )
}

const nodes = { type: resources.daemonSets, namespace: 'calico-system', name: 'calico-node' }

test('an operator of 3.30 brings the definitions of its release, and keeps them so', async () => {
  const lab = await booted({ flavour: 'operator', calico: '3.29.3' })
  expect(await has(lab, 'stagednetworkpolicies')).toBe(false)
  expect(await fields(lab, 'felixconfigurations')).not.toContain('flowLogsGoldmaneServer')
  await applyOperator(lab, '3.30.7')
  await lab.advance(10 * minutes)
  const { spec, status } = await lab.kube.get<DaemonSet>(nodes)
  expect(spec.template.spec.containers[0]?.image).toMatch(/calico\/node:v3\.30\.7$/)
  expect(status).toMatchObject({ numberReady: 3, updatedNumberScheduled: 3 })
  for (const { metadata, spec: wanted } of calicoDefinitionDrafts('3.30.7') as readonly Definition[]) {
    const ref = { type: resources.definitions, name: metadata.name }
    // The server keeps no field that is false.
    const { preserveUnknownFields: _false, ...kept } = wanted
    expect((await lab.kube.get<Definition>(ref)).spec).toMatchObject(kept)
  }
  const pools = await fields(lab, 'ippools')
  const { generation } = (await lab.kube.get(definition('ippools'))).metadata
  await lab.kube.patch(definition('ippools'), {
    type: 'json',
    body: [
      { op: 'remove', path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/disabled' },
    ],
  })
  await lab.advance(1 * minutes)
  expect(await fields(lab, 'ippools')).toBe(pools)
  // What the server fills in is nothing to put right: else it would write again and again.
  expect((await lab.kube.get(definition('ippools'))).metadata.generation).toBe((generation ?? 0) + 2)
})

test('a new image alone, without the manifest, leaves the definitions as they were', async () => {
  const lab = await booted({ flavour: 'operator', calico: '3.29.3' })
  await lab.run('k8s-control-01', [
    ...'kubectl -n tigera-operator set image deployment/tigera-operator'.split(' '),
    'tigera-operator=quay.io/tigera/operator:v1.38.13',
  ])
  await lab.advance(10 * minutes)
  const { spec } = await lab.kube.get<DaemonSet>(nodes)
  expect(spec.template.spec.containers[0]?.image).toMatch(/calico\/node:v3\.30\.7$/)
  expect(await has(lab, 'stagednetworkpolicies')).toBe(false)
})

test('a refresh of the master brings a deleted definition back', async () => {
  const lab = await booted({ flavour: 'iks-classic' })
  const { generation } = (await lab.kube.get(definition('ippools'))).metadata
  await lab.kube.delete(definition('networksets'))
  await told(lab, 'ks cluster master refresh --cluster shop')
  await lab.advance(46 * minutes)
  expect(await has(lab, 'networksets')).toBe(true)
  expect((await lab.kube.get(definition('ippools'))).metadata.generation).toBe(generation)
})
