import { expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import { FakeNetwork } from '#lab/api/fake-network.ts'
import type { Lease } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { apiPrograms } from '#lab/api/programs.ts'
import { ApiServer } from '#lab/api/server.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

async function leasesOf(kubernetesVersion: string) {
  const kernel = new Kernel({ seed: 1, startMs: Date.UTC(2026, 0, 7, 6) })
  const api = new ApiServer({ kernel, kubernetesVersion })
  const network = new FakeNetwork(kernel)
  network.start('control-01', '10.0.0.11', async (p) => apiPrograms(api)['kube-apiserver']?.(p))
  await kernel.advanceTo(kernel.nowMs + 1000)
  const leases = async (): Promise<readonly Lease[]> =>
    (await directKube(api).list<Lease>({ type: resources.leases, namespace: 'kube-system' })).items
  return { kernel, leases, kube: directKube(api) }
}

test('a server says by a lease that it is there, and nobody pays for its renewals', async () => {
  const { kernel, leases } = await leasesOf('1.31.9')
  const { ran } = kernel
  await kernel.advanceTo(kernel.nowMs + 3_600_000)
  const [{ metadata, spec }] = (await leases()) as [Lease]
  // The first 16 bytes of SHA-256 over 000a "control-01" 000e "kube-apiserver".
  expect(metadata.name).toBe('apiserver-j4row7sxayr6fvktgxppfnyp2m')
  expect(metadata.labels).toEqual({
    'apiserver.kubernetes.io/identity': 'kube-apiserver',
    'kubernetes.io/hostname': 'control-01',
  })
  expect(spec).toMatchObject({ leaseDurationSeconds: 3600 })
  expect(spec.holderIdentity).toMatch(new RegExp(`^${metadata.name}_[0-9a-f-]{36}$`))
  expect(kernel.nowMs - Date.parse(spec.renewTime ?? '')).toBeLessThan(10_000)
  expect(kernel.ran - ran).toBeLessThan(100)
})

test('one that somebody removes is there again at the next renewal', async () => {
  const { kernel, leases, kube } = await leasesOf('1.31.9')
  const [{ metadata }] = (await leases()) as [Lease]
  await kernel.advanceTo(kernel.nowMs + 60_000)
  await kube.delete({ type: resources.leases, namespace: 'kube-system', name: metadata.name })
  expect(await leases()).toEqual([])
  await kernel.advanceTo(kernel.nowMs + 11_000)
  expect((await leases()).map(({ metadata: { name } }) => name)).toEqual([metadata.name])
})

test.each([
  ['1.25.16', []],
  ['1.26.15', [{ 'k8s.io/component': 'kube-apiserver', 'kubernetes.io/hostname': 'control-01' }]],
])('in Kubernetes %s', async (version, labels) => {
  const { leases } = await leasesOf(version)
  expect((await leases()).map(({ metadata }) => metadata.labels)).toEqual(labels)
})
